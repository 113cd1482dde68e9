//! Which request a connection's grant asks for, and how its answer is read. A new kind of grant
//! gets its arm here and its messages in a file of its own.

use std::time::SystemTime;

use bytes::Bytes;
use http::{Request, Response};
use url::Url;

use super::error::AuthError;
use super::exchange::{exchange_request, exchange_response};
use super::learned;
use super::token::Token;
use super::token_request::{Proof, token_request, token_response};
use super::values::Values;
use crate::connection::Setup;
use crate::operation::{ConnectionTable, Grant, OAuth2Flow};

/// What there is to show for a new token.
pub(crate) fn proof<'t>(table: &ConnectionTable, old: Option<&'t Token>) -> Result<Proof<'t>, AuthError> {
    match table.grant {
        Grant::OAuth2(oauth) => match oauth.flow {
            OAuth2Flow::Code | OAuth2Flow::Device => {}
            OAuth2Flow::ClientCredentials => return Ok(Proof::Client),
            OAuth2Flow::Password => return Ok(Proof::Password),
            OAuth2Flow::JwtBearer => return Ok(Proof::Assertion),
        },
        Grant::Fields | Grant::Exchange(_) => return Ok(Proof::Client),
    }
    let Some(old) = old else { return Err(reauthorize("not_authorised", "nobody has authorised it yet")) };
    match old.refresh_token() {
        Some(token) => Ok(Proof::Refresh(token)),
        None => Err(reauthorize("token_expired", "the token has ended, and there is none to refresh it with")),
    }
}

fn reauthorize(code: &str, description: &str) -> AuthError {
    AuthError::Reauthorize { code: code.to_owned(), description: description.to_owned() }
}

/// The request that a proof goes with.
pub(crate) fn request(setup: &Setup, values: &Values<'_>, proof: &Proof<'_>, rebase: Option<&Url>) -> Result<Request<Bytes>, AuthError> {
    match setup.table.grant {
        Grant::OAuth2(oauth) => token_request(oauth, values, proof, rebase, setup.clock.wall()),
        Grant::Exchange(exchange) => exchange_request(exchange, values, &setup.base, rebase),
        Grant::Fields => Err(AuthError::table("a connection whose fields are the credential obtains no token")),
    }
}

/// The token in the answer, with everything it taught checked.
pub(crate) fn read(
    table: &'static ConnectionTable,
    proof: &Proof<'_>,
    answer: &Response<Bytes>,
    endpoint: &str,
    now: SystemTime,
) -> Result<Token, AuthError> {
    let mut token = match table.grant {
        Grant::OAuth2(oauth) => token_response(oauth, proof, answer, now)?,
        Grant::Exchange(exchange) => exchange_response(exchange, answer, now)?,
        Grant::Fields => return Err(AuthError::table("a connection whose fields are the credential obtains no token")),
    };
    let endpoint = Url::parse(endpoint).map_err(|_| AuthError::table("the token endpoint is not a URL"))?;
    learned::check(&mut token, table.fields.get(), &endpoint)?;
    Ok(token)
}
