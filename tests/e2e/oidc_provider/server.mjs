// oidc-provider on a free loopback port, with the switches named as arguments; prints one line of JSON when it listens.
// Each line of JSON on standard input turns a knob and is answered by one line; it ends when standard input does.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { createInterface } from "node:readline";

console.info = console.warn = console.error; // standard output is for the answers
const { Provider } = await import("oidc-provider");
const { createLocalJWKSet, jwtVerify } = await import("jose");

const SWITCHES = ["es256", "no-refresh-token", "static", "par", "no-par", "device", "form-post", "terse"];
const on = new Set(process.argv.slice(2));
const unknown = [...on].filter((each) => !SWITCHES.includes(each));
if (unknown.length) throw new Error(`unknown: ${unknown}`);

const CLIENT_ID = "lapse";
const DEVICE = "urn:ietf:params:oauth:grant-type:device_code";
const RESOURCE = "https://api.example/orders";
const TOKEN_LIFE_S = 3600;

// The library asks nothing but Date.now() what time it is: moved by `jump`, told by the Date header of every answer.
const realNow = Date.now;
let jumpedMs = 0;
Date.now = () => realNow() + jumpedMs;

const [alg, kind, options] = on.has("es256") ? ["ES256", "ec", { namedCurve: "P-256" }] : ["RS256", "rsa", { modulusLength: 2048 }];
const pair = generateKeyPairSync(kind, options);
const [privateKey, publicKey] = ["privateKey", "publicKey"].map((half) => ({ ...pair[half].export({ format: "jwk" }), alg, use: "sig", kid: "one" }));

const client = {
  client_id: CLIENT_ID,
  application_type: "native",
  token_endpoint_auth_method: "none",
  redirect_uris: ["http://127.0.0.1/callback"],
  post_logout_redirect_uris: ["http://127.0.0.1/signed-out"],
  id_token_signed_response_alg: alg,
  grant_types: ["authorization_code"],
};
if (!on.has("no-refresh-token")) client.grant_types.push("refresh_token");
if (on.has("device")) client.grant_types.push(DEVICE);

const account = (sub) => ({
  accountId: sub,
  claims: () => ({ sub, name: "Ada Lovelace", preferred_username: sub, email: `${sub}@example.com`, email_verified: true }),
});

const server = createServer().listen(0, "127.0.0.1");
await new Promise((listening) => server.once("listening", listening));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [client],
  jwks: { keys: [privateKey] },
  cookies: { keys: ["of no worth beyond this process"] },
  claims: { profile: ["name", "preferred_username"], email: ["email", "email_verified"] },
  scopes: ["openid", "offline_access", "orders"],
  findAccount: (_, sub) => account(sub),
  rotateRefreshToken: !on.has("static"),
  ttl: { AccessToken: TOKEN_LIFE_S, IdToken: TOKEN_LIFE_S, RefreshToken: 14 * 86400, Grant: 14 * 86400, Session: 14 * 86400 },
  features: {
    devInteractions: { enabled: true },
    deviceFlow: { enabled: on.has("device") },
    revocation: { enabled: true },
    introspection: { enabled: true },
    pushedAuthorizationRequests: { enabled: !on.has("no-par"), requirePushedAuthorizationRequests: on.has("par") },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({ scope: "orders", accessTokenFormat: "jwt", accessTokenTTL: TOKEN_LIFE_S, jwt: { sign: { alg } } }),
    },
  },
});

// --- what other servers do, done to the answers of this one --------------------------------------------------------

const asked = [];
provider.use(async (ctx, next) => {
  if (on.has("form-post") && ctx.path === "/auth") ctx.query = { ...ctx.query, response_mode: "form_post" };
  await next();
  const { route, body } = ctx.oidc ?? {};
  if (!route) return;
  const sent = { ...ctx.query, ...body };
  asked.push({ route, status: ctx.status, params: Object.keys(sent).sort(), grant: sent.grant_type ?? null, prompt: sent.prompt ?? null });
  if (route === "token" && on.has("terse") && ctx.status === 200) {
    const { expires_in, scope, ...rest } = ctx.body;
    ctx.body = rest;
  }
});

// --- the protected API ---------------------------------------------------------------------------------------------

const living = new Set();
provider.on("access_token.saved", (token) => living.add(token));

async function api(request, response) {
  const value = /^Bearer (\S+)$/.exec(request.headers.authorization ?? "")?.[1];
  const token = value && (await (value.includes(".") ? signed(value) : provider.AccessToken.find(value)));
  if (!token) {
    response.writeHead(401, { "WWW-Authenticate": 'Bearer realm="api", error="invalid_token", error_description="unknown, ended or lapsed"' });
    response.end();
  } else {
    response.writeHead(200, { "Content-Type": "application/json" });
    response.end(JSON.stringify({ sub: token.accountId ?? token.sub, scope: token.scope, aud: token.aud ?? null }));
  }
}

async function signed(value) {
  const checks = { issuer, audience: RESOURCE, typ: "at+jwt", currentDate: new Date(Date.now()) };
  const known = createLocalJWKSet({ keys: [publicKey] });
  return jwtVerify(value, known, checks).then((found) => found.payload, () => undefined);
}

const answer = provider.callback();
server.on("request", (request, response) => {
  response.setHeader("Date", new Date(Date.now()).toUTCString());
  return request.url.startsWith("/api/") ? api(request, response) : answer(request, response);
});

// --- knobs ---------------------------------------------------------------------------------------------------------

const knobs = {
  // let so many seconds pass
  jump: ({ seconds }) => void (jumpedMs += seconds * 1000),
  // end every access token there is, unseen by who holds it
  async end_access_tokens() {
    for (const token of living) await token.destroy();
    living.clear();
  },
  // what this server was asked: names of parameters, no values
  asked: () => asked,
};

console.log(JSON.stringify({ issuer, client_id: CLIENT_ID, api_url: `${issuer}/api/me`, resource: RESOURCE }));
for await (const line of createInterface({ input: process.stdin })) {
  const { do: knob, ...given } = JSON.parse(line);
  console.log(JSON.stringify({ said: (await knobs[knob](given)) ?? null }));
}
process.exit(); // connections kept alive would keep it waiting
