// Services by the npm package `soap`, after WSDLs that are given to it: a calculator in RPC style at /rpc, and a bank at /bank that asks for a
// login by WS-Security. Run it with the port to listen at, on 127.0.0.1.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";

import { listen } from "soap";
import { passwordDigest } from "soap/lib/utils.js";

const PASSWORD = "t0p-secret";

const server = createServer((request, response) => {
  response.statusCode = 404;
  response.end();
});

server.listen(Number(process.argv[2]), "127.0.0.1", () => {
  const wsdl = readFileSync("../soap/calculator.wsdl", "utf8");
  const numbers = (given) => [given.numbers.number].flat().map(Number);
  const calculator = {
    CalculatorService: {
      CalculatorPort: {
        add: (given) => ({ sum: numbers(given).reduce((sum, one) => sum + one, 0), label: given.label.toUpperCase() }),
      },
    },
  };
  listen(server, "/rpc", calculator, wsdl);
  listen(server, "/bank", calculator, wsdl).authenticate = (security) => {
    const token = security?.UsernameToken;
    const password = token?.Password?.$value ?? token?.Password;
    if (token?.Username !== "ann") return false;
    if (!token.Nonce) return password === PASSWORD;
    return password === passwordDigest(token.Nonce.$value ?? token.Nonce, token.Created, PASSWORD);
  };
});
