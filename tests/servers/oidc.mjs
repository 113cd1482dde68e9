// An OpenID provider (oidc-provider) with the clients that the OAuth 2.0 tests use, a protected resource, and a count of what the
// token endpoint was asked. Usage: node oidc.mjs PORT
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Provider from 'oidc-provider';

const port = Number(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;
const redirect_uris = ['http://127.0.0.1:9/callback'];
const code = { grant_types: ['authorization_code', 'refresh_token'], redirect_uris };
const machine = { grant_types: ['client_credentials'], redirect_uris: [], response_types: [] };

const device = { grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'], redirect_uris: [], response_types: [] };
// The public halves of the keys in runtime/tests/keys.
const keyed = (file, alg) => {
  const pem = readFileSync(new URL(`../../runtime/tests/keys/${file}`, import.meta.url));
  return { jwks: { keys: [{ ...createPublicKey(pem).export({ format: 'jwk' }), alg, use: 'sig' }] } };
};

const provider = new Provider(issuer, {
  clients: [
    { client_id: 'machine', client_secret: 'machine secret/+', token_endpoint_auth_method: 'client_secret_basic', ...machine },
    { client_id: 'machine-universal', client_secret: 'machine secret/+', token_endpoint_auth_method: 'client_secret_basic', ...machine },
    { client_id: 'machine-short', client_secret: 'short-secret', token_endpoint_auth_method: 'client_secret_basic', ...machine },
    { client_id: 'machine-post', client_secret: 'post-secret', token_endpoint_auth_method: 'client_secret_post', ...machine },
    // One for each test, so that what one does is not counted for another.
    ...['app-code', 'app-rotation', 'app-shared', 'app-revoked', 'app-universal'].map((client_id) => (
      { client_id, client_secret: 'app-secret', token_endpoint_auth_method: 'client_secret_basic', ...code }
    )),
    ...[['rsa_pkcs1.pem', 'RS256'], ['ec_sec1.pem', 'ES256'], ['ed25519.pem', 'EdDSA']].map(([file, alg]) => ({
      client_id: `machine-${alg}`, token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: alg, ...keyed(file, alg), ...machine,
    })),
    { client_id: 'television', token_endpoint_auth_method: 'none', application_type: 'native', ...device },
    { client_id: 'app-public', token_endpoint_auth_method: 'none', application_type: 'native', ...code },
  ],
  cookies: { keys: ['only for tests'] },
  features: {
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: true },
    devInteractions: { enabled: true },
  },
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  issueRefreshToken: (ctx, client) => client.grantTypeAllowed('refresh_token'),
  pkce: { required: () => true },
  rotateRefreshToken: true,
  scopes: ['openid', 'offline_access', 'read', 'write'],
  ttl: { AccessToken: 5, ClientCredentials: 5, AuthorizationCode: 60, Grant: 3600, Interaction: 60, RefreshToken: 3600, Session: 3600 },
});

const counts = {};
const count = (name) => { counts[name] = (counts[name] ?? 0) + 1; };

provider.use(async (ctx, next) => {
  const token = (ctx.get('authorization').match(/^Bearer (.+)$/) ?? [])[1];
  if (ctx.path === '/forget') {
    // Ends an access token before its time and leaves its grant alone; the provider's own revocation ends both.
    await (await provider.AccessToken.find(token)).destroy();
    ctx.body = {};
    return;
  }
  if (ctx.path === '/me') {
    const found = token && (await provider.AccessToken.find(token) ?? await provider.ClientCredentials.find(token));
    if (!found) {
      count('me refused');
      ctx.status = 401;
      ctx.set('www-authenticate', 'Bearer error="invalid_token"');
      ctx.body = { error: 'invalid_token' };
      return;
    }
    count('me');
    ctx.body = { client: found.clientId, account: found.accountId ?? null, scope: found.scope ?? null, token: found.jti };
    return;
  }
  if (ctx.path === '/counts') {
    ctx.body = counts;
    return;
  }
  await next();
  if (ctx.path === '/token') {
    const { grant_type: grant, client_id: client } = ctx.oidc?.params ?? {};
    count(`${ctx.oidc?.client?.clientId ?? client} ${grant} ${ctx.status}`);
  }
});

provider.listen(port, '127.0.0.1', () => console.log(`listening on ${issuer}`));
