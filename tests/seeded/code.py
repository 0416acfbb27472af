"""Mistakes in the code itself: what a stranger can turn against a shop, what does not do what it
says, and what a reviewer stumbles over."""

from tests.seeded.seed import Seed, append, edit, write

PAYMENTS = "processor/src/routes/payments.ts"
NOTIFICATIONS = "processor/src/routes/notifications.ts"
APP = "processor/src/app.ts"
PSP = "processor/src/psp.ts"
STATES = "processor/src/states.ts"
SESSION = "service/src/session.js"
SERVICE = "service/src/index.js"
DELIVERY = "event/src/delivery.js"
ORDERS = "job/src/orders.js"
PAGE = "enabler/src/main.ts"
BASES = {"processor": "payments", "enabler": "payments", "service": "backoffice",
         "orders-page": "backoffice", "event": "sync", "job": "sync"}  # fmt: skip


def more(rule: str, name: str, path: str, flaw: str, twin: str, on: str, missed: str = "") -> Seed:
    """Code added at the end of a file."""
    base = BASES[path.split("/", maxsplit=1)[0]]
    return Seed(name, base, f"code/{rule}", (append(path, f"\n{flaw}"),),
                (append(path, f"\n{twin}"),), path, on, missed)  # fmt: skip


def instead(rule: str, name: str, path: str, old: str, flaw: str, twin: str, on: str) -> Seed:
    """Code in place of other code."""
    base = BASES[path.split("/", maxsplit=1)[0]]
    return Seed(name, base, f"code/{rule}", (edit(path, old, flaw),), (edit(path, old, twin),),
                path, on)  # fmt: skip


def route(rule: str, name: str, flaw: str, twin: str, on: str, missed: str = "") -> Seed:
    """A route of an Express application in TypeScript."""
    start, end = "payments.get('/x', async (request: Request, response: Response) => {\n", "});\n"
    return more(rule, name, PAYMENTS, f"{start}{flaw}{end}", f"{start}{twin}{end}", on, missed)


INJECTION = (
    route("code-injection", "a formula from the request",
          "  response.json({ result: eval(request.body.formula) });\n",
          "  response.json({ result: JSON.parse(request.body.formula) });\n", "eval("),
    route("code-injection", "a rule that is compiled",
          "  const rule = new Function('order', request.body.rule);\n  response.json(rule({}));\n",
          "  const rule = rules.get(request.body.rule);\n  response.json(rule?.({}));\n",
          "new Function"),
    more("command-injection", "ping a host from the request", SERVICE,
         "const { exec } = require('child_process');\n"
         "app.get('/service/ping', (req, res) => {\n"
         "  exec(`ping -c 1 ${req.query.host}`, (error, out) => res.send(out));\n});\n",
         "const { execFile } = require('child_process');\n"
         "app.get('/service/ping', (req, res) => {\n"
         "  execFile('ping', ['-c', '1', 'shop.example'], (error, out) => res.json({ out }));\n"
         "});\n", "exec(`ping"),
    more("command-from-variable", "an archive by a shell", ORDERS,
         "const { execSync } = require('node:child_process');\n"
         "function archive(name) {\n  execSync('tar czf /tmp/' + name + '.tgz /tmp/orders');\n}\n",
         "const { execFileSync } = require('node:child_process');\n"
         "function archive(name) {\n"
         "  execFileSync('tar', ['czf', `/tmp/${name}.tgz`, '/tmp/orders']);\n}\n",
         "execSync('tar"),
    route("sql-injection", "an order by its number",
          "  const { number } = request.query;\n"
          "  response.json(await db.query(`SELECT * FROM orders WHERE number = '${number}'`));\n",
          "  const { number } = request.query;\n"
          "  response.json(await db.query('SELECT * FROM orders WHERE number = $1', [number]));\n",
          "SELECT * FROM"),
    more("sql-from-variable", "a table by its name", ORDERS,
         "async function count(pool, table) {\n"
         "  return pool.query('SELECT count(*) FROM ' + table);\n}\n",
         "async function count(pool) {\n  return pool.query('SELECT count(*) FROM orders');\n}\n",
         "SELECT count"),
    more("nosql-where", "a search in MongoDB", ORDERS,
         "async function search(orders, text) {\n"
         "  return orders.find({ $where: `this.customer == '${text}'` });\n}\n",
         "async function search(orders, text) {\n  return orders.find({ customer: text });\n}\n",
         "$where"),
    more("path-traversal", "a receipt by its name", SERVICE,
         "const fs = require('fs');\nconst path = require('path');\n"
         "app.get('/service/receipts/:name', (req, res) => {\n"
         "  res.end(fs.readFileSync(path.join('receipts', req.params.name)));\n});\n",
         "const fs = require('fs');\nconst path = require('path');\n"
         "app.get('/service/receipts/:name', (req, res) => {\n"
         "  const name = path.basename(req.params.name);\n"
         "  res.end(fs.readFileSync(path.join('receipts', name)));\n});\n", "readFileSync"),
    route("path-traversal", "an export to download",
          "  response.sendFile(`/tmp/exports/${request.params.file}`);\n",
          "  response.sendFile(request.params.file, { root: '/tmp/exports' });\n", "sendFile"),
    route("request-forgery", "a picture from anywhere",
          "  const answer = await fetch(request.body.imageUrl);\n"
          "  response.end(Buffer.from(await answer.arrayBuffer()));\n",
          "  const answer = await fetch(`https://images.example/${Number(request.body.image)}`);\n"
          "  response.end(Buffer.from(await answer.arrayBuffer()));\n", "fetch("),
    route("open-redirect", "back to where the visitor came from",
          "  response.redirect(request.query.returnUrl as string);\n",
          "  response.redirect('/processor/payments');\n", "redirect"),
    more("open-redirect", "back to the shop", SERVICE,
         "app.get('/service/back', (req, res) => {\n  res.redirect(req.query.returnUrl);\n});\n",
         "app.get('/service/back', (req, res) => {\n"
         "  res.redirect(`/service/me?page=${Number(req.query.page)}`);\n});\n", "redirect"),
    more("cross-site-scripting", "a page with the visitor's name", SERVICE,
         "app.get('/service/hello', (req, res) => {\n"
         "  res.send(`<h1>Hello ${req.query.name}</h1>`);\n});\n",
         "app.get('/service/hello', (req, res) => {\n"
         "  res.json({ hello: `Hello ${req.query.name}` });\n});\n", "<h1>"),
    more("unsafe-html", "a message from the provider", PAGE,
         "export function show(element: HTMLElement, message: string): void {\n"
         "  element.innerHTML = `<p>${message}</p>`;\n}\n",
         "export function show(element: HTMLElement, message: string): void {\n"
         "  element.innerHTML = '<p></p>';\n  element.append(message);\n}\n", "innerHTML"),
    more("prototype-pollution", "settings are merged", SERVICE,
         "const _ = require('lodash');\nconst settings = {};\n"
         "app.post('/service/settings', (req, res) => {\n"
         "  _.merge(settings, req.body);\n  res.end();\n});\n",
         "const settings = { theme: 'light' };\n"
         "app.post('/service/settings', (req, res) => {\n"
         "  settings.theme = String(req.body.theme);\n  res.end();\n});\n", "_.merge"),
    route("request-regex", "a filter from the request",
          "  const filter = new RegExp(request.body.filter, 'i');\n"
          "  response.json(all.filter((one) => filter.test(one)));\n",
          "  const filter = String(request.body.filter);\n"
          "  response.json(all.filter((one) => one.includes(filter)));\n", "new RegExp"),
    more("slow-regex", "an address is checked", STATES,
         "export const MAIL = /^([a-z0-9]+)+@shop\\.example$/;\n",
         "export const MAIL = /^[a-z0-9]+@shop\\.example$/;\n", "MAIL"),
)  # fmt: skip
CRYPTOGRAPHY = (
    instead("weak-hash", "the signature by MD5", SESSION,
            "const { createHmac, timingSafeEqual } = require('crypto');",
            "const { createHash, createHmac, timingSafeEqual } = require('crypto');\n"
            "const etag = (text) => createHash('md5').update(text).digest('hex');",
            "const { createHash, createHmac, timingSafeEqual } = require('crypto');\n"
            "const etag = (text) => createHash('sha256').update(text).digest('hex');",
            "createHash('md5')"),
    more("weak-cipher", "tokens by DES", SESSION,
         "const crypto = require('crypto');\nfunction hide(key, iv, text) {\n"
         "  return crypto.createCipheriv('des-cbc', key, iv).update(text);\n}\n",
         "const crypto = require('crypto');\nfunction hide(key, iv, text) {\n"
         "  return crypto.createCipheriv('aes-256-gcm', key, iv).update(text);\n}\n", "des-cbc"),
    more("cipher-without-iv", "the old way to encrypt", SESSION,
         "const crypto = require('crypto');\nfunction hide(password, text) {\n"
         "  return crypto.createCipher('aes192', password).update(text, 'utf8', 'hex');\n}\n",
         "const crypto = require('crypto');\nfunction hide(key, iv, text) {\n"
         "  return crypto.createCipheriv('aes-192-gcm', key, iv).update(text, 'utf8', 'hex');\n}\n",
         "createCipher("),
    more("fixed-iv", "an IV of zeros", SESSION,
         "const crypto = require('crypto');\nfunction hide(key, text) {\n"
         "  return crypto.createCipheriv('aes-256-cbc', key, Buffer.alloc(16)).update(text);\n}\n",
         "const crypto = require('crypto');\nfunction hide(key, text) {\n"
         "  const iv = crypto.randomBytes(16);\n"
         "  return crypto.createCipheriv('aes-256-cbc', key, iv).update(text);\n}\n",
         "Buffer.alloc"),
    more("predictable-token", "a token by Math.random", SESSION,
         "function reset() {\n  const resetToken = Math.random().toString(36).slice(2);\n"
         "  return resetToken;\n}\n",
         "function backoff() {\n  const delay = Math.random() * 500;\n  return delay;\n}\n",
         "resetToken = "),
    instead("tls-verification-off", "a certificate that had run out", DELIVERY,
            "const RETRIES = 3;",
            "const RETRIES = 3;\nprocess.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';",
            "const RETRIES = 3;\nconst agent = { rejectUnauthorized: true };",
            "NODE_TLS_REJECT_UNAUTHORIZED"),
    more("tls-verification-off", "an agent for the test system", PSP,
         "import https from 'node:https';\n"
         "export const agent = new https.Agent({ keepAlive: true, rejectUnauthorized: false });\n",
         "import https from 'node:https';\n"
         "export const agent = new https.Agent({ keepAlive: true });\n",
         "rejectUnauthorized"),
    more("weak-tls", "an old partner", PSP,
         "import https from 'node:https';\n"
         "export const agent = new https.Agent({ minVersion: 'TLSv1' });\n",
         "import https from 'node:https';\n"
         "export const agent = new https.Agent({ minVersion: 'TLSv1.2' });\n", "TLSv1"),
    more("short-key", "a key of 1024 bits", SESSION,
         "const { generateKeyPairSync } = require('crypto');\n"
         "const pair = generateKeyPairSync('rsa', { modulusLength: 1024 });\n",
         "const { generateKeyPairSync } = require('crypto');\n"
         "const pair = generateKeyPairSync('rsa', { modulusLength: 3072 });\n", "1024"),
    more("jwt-none", "tokens without a signature", SESSION,
         "const jwt = require('jsonwebtoken');\nconst read = (token) =>\n"
         "  jwt.verify(token, '', { algorithms: ['HS256', 'none'] });\n",
         "const jwt = require('jsonwebtoken');\nconst read = (token) =>\n"
         "  jwt.verify(token, process.env.SESSION_SECRET, { algorithms: ['HS256'] });\n",
         "jwt.verify"),
    more("hard-coded-jwt-secret", "a secret that everybody knows", SESSION,
         "const jwt = require('jsonwebtoken');\n"
         "const issue = (user) => jwt.sign({ user }, 'backoffice-2024');\n",
         "const jwt = require('jsonwebtoken');\n"
         "const issue = (user) => jwt.sign({ user }, process.env.SESSION_SECRET);\n", "jwt.sign"),
    instead("hard-coded-credential", "a password for tests that stayed", DELIVERY,
            "const RETRIES = 3;", "const RETRIES = 3;\nconst erpPassword = 'Nordlicht!2931-x';",
            "const RETRIES = 3;\nconst passwordField = 'erp.password';", "erpPassword"),
    route("logged-secret", "the headers are logged",
          "  logger.info(`called with ${request.headers.authorization}`);\n  response.end();\n",
          "  logger.info('called', { signed: Boolean(request.headers.authorization) });\n"
          "  response.end();\n", "called with"),
)  # fmt: skip
WEB = (
    instead("cors-any-with-credentials", "CORS for everybody", APP,
            "app.disable('x-powered-by');",
            "app.disable('x-powered-by');\napp.use(cors({ origin: '*', credentials: true }));",
            "app.disable('x-powered-by');\napp.use(cors({ origin: '*' }));", "cors("),
    route("insecure-cookie", "a session cookie for scripts",
          "  response.cookie('session', id, { httpOnly: false, sameSite: 'lax' });\n",
          "  response.cookie('session', id, { httpOnly: true, secure: true, sameSite: 'lax' });\n",
          "httpOnly"),
    more("message-to-anyone", "the result goes to any window", PAGE,
         "export function done(id: string): void {\n  window.parent.postMessage({ id }, '*');\n}\n",
         "export function done(id: string, shop: string): void {\n"
         "  window.parent.postMessage({ id }, shop);\n}\n", "postMessage"),
    instead("console-log", "console instead of the logger", DELIVERY,
            "    if (answer.ok) {", "    console.log(answer.status);\n    if (answer.ok) {",
            "    console.error(answer.status);\n    if (answer.ok) {", "console.log"),
    instead("debugger", "a debugger statement", DELIVERY, "    if (answer.ok) {",
            "    debugger;\n    if (answer.ok) {", "    if (answer.ok && !answer.debugger) {",
            "debugger;"),
)  # fmt: skip
BUGS = (
    more("duplicate-key", "a status is there twice", STATES,
         "export const NAMES = {\n  open: 'Open',\n  paid: 'Paid',\n  open: 'Waiting',\n};\n",
         "export const NAMES = {\n  open: 'Open',\n  paid: 'Paid',\n  nested: { open: 'x' },\n};\n",
         "Waiting"),
    more("identical-operands", "an amount is compared with itself", STATES,
         "export const isWhole = (a: { paid: number; due: number }) => a.paid === a.paid;\n",
         "export const isWhole = (a: { paid: number; due: number }) => a.paid === a.due;\n",
         "isWhole"),
    more("self-assignment", "a name is set to itself", ORDERS,
         "function rename(order, name) {\n  order.name = order.name;\n  return order;\n}\n",
         "function rename(order, name) {\n  order.name = name;\n  return order;\n}\n",
         "order.name = "),
    more("nan-comparison", "an amount that is no number", STATES,
         "export const isValid = (text: string) => Number(text) !== NaN;\n",
         "export const isValid = (text: string) => !Number.isNaN(Number(text));\n", "NaN"),
    more("unreachable-code", "a line after return", ORDERS,
         "function first() {\n  return open[0];\n  open.shift();\n}\n",
         "function first() {\n  const [order] = open;\n  open.shift();\n  return order;\n}\n",
         "open.shift"),
    instead("case-fallthrough", "a break is missing", STATES,
            "    case 'CAPTURE':\n      return 'charge';",
            "    case 'AUTHORISATION':\n      console.info('authorised');\n"
            "    case 'CAPTURE':\n      return 'charge';",
            "    case 'AUTHORISATION':\n    case 'CAPTURE':\n      return 'charge';",
            "case 'AUTHORISATION'"),
    instead("duplicate-case", "a case is there twice", STATES,
            "    case 'CANCEL':\n      return 'cancel';",
            "    case 'CANCEL':\n      return 'cancel';\n"
            "    case 'REFUND': // again\n      return 'none';",
            "    case 'CANCEL':\n      return 'cancel';\n    case 'EXPIRE':\n      return 'none';",
            "// again"),
    more("delete-array-element", "the first line is removed", STATES,
         "export function dropFirst(lines: string[]): void {\n  delete lines[0];\n}\n",
         "export function dropFirst(lines: Record<string, string>): void {\n"
         "  delete lines['first'];\n}\n", "delete "),
    more("finally-jump", "an error is lost", ORDERS,
         "async function tried(work) {\n  try {\n    return await work();\n  } finally {\n"
         "    return null;\n  }\n}\n",
         "async function tried(work) {\n  try {\n    return await work();\n  } finally {\n"
         "    open.length = 0;\n  }\n}\n", "return null"),
    more("assignment-in-condition", "one = instead of three", ORDERS,
         "function isPaid(order) {\n  if (order.state = 'Paid') {\n    return true;\n  }\n"
         "  return false;\n}\n",
         "function isPaid(order) {\n  if (order.state === 'Paid') {\n    return true;\n  }\n"
         "  return false;\n}\n", "order.state"),
    more("thrown-literal", "a text is thrown", ORDERS,
         "function refuse(order) {\n  throw `Order ${order.id} is refused`;\n}\n",
         "function refuse(order) {\n  throw new Error(`Order ${order.id} is refused`);\n}\n",
         "throw"),
    more("unthrown-error", "throw was forgotten", ORDERS,
         "function refuse(order) {\n  new Error(`Order ${order.id} is refused`);\n}\n",
         "function refuse(order) {\n  return new Error(`Order ${order.id} is refused`);\n}\n",
         "new Error"),
    more("negated-in", "! in the wrong place", ORDERS,
         "function isNew(known, order) {\n  return !order.id in known;\n}\n",
         "function isNew(known, order) {\n  return !(order.id in known);\n}\n", "in known"),
    more("typeof-typo", "a type that there is not", STATES,
         "export const isText = (value: unknown) => typeof value === 'String';\n",
         "export const isText = (value: unknown) => typeof value === 'string';\n", "typeof"),
    more("index-of-positive", "the first place", STATES,
         "export const has = (all: string[], one: string) => all.indexOf(one) > 0;\n",
         "export const has = (all: string[], one: string) => all.indexOf(one) >= 0;\n", "indexOf"),
    more("async-executor", "a promise that never ends", ORDERS,
         "function loaded(load) {\n  return new Promise(async (resolve) => {\n"
         "    resolve(await load());\n  });\n}\n",
         "function loaded(load) {\n  return new Promise((resolve) => {\n"
         "    load().then(resolve);\n  });\n}\n", "new Promise"),
    more("async-for-each", "orders nobody waits for", ORDERS,
         "async function all(orders, send) {\n  orders.forEach(async (order) => {\n"
         "    await send(order);\n  });\n}\n",
         "async function all(orders, send) {\n  await Promise.all(orders.map(async (order) => {\n"
         "    await send(order);\n  }));\n}\n", "forEach"),
    more("callback-without-return", "a filter that keeps nothing", ORDERS,
         "const paid = (orders) => orders.filter((order) => {\n  order.state === 'Paid';\n});\n",
         "const paid = (orders) => orders.filter((order) => order.state === 'Paid');\n", "filter"),
    more("same-branches", "both branches are the same", ORDERS,
         "function label(order) {\n  return order.express ? order.id : order.id;\n}\n",
         "function label(order) {\n  return order.express ? `!${order.id}` : order.id;\n}\n",
         "order.express"),
    more("impossible-constructor", "a large number", STATES,
         "export const large = (cents: string) => new BigInt(cents);\n",
         "export const large = (cents: string) => BigInt(cents);\n", "BigInt"),
    more("endless-loop", "the wrong direction", ORDERS,
         "function last(n) {\n  for (let i = open.length - 1; i >= 0; i++) {\n"
         "    if (open[i].n === n) return open[i];\n  }\n  return null;\n}\n",
         "function last(n) {\n  for (let i = open.length - 1; i >= 0; i--) {\n"
         "    if (open[i].n === n) return open[i];\n  }\n  return null;\n}\n", "i++"),
    Seed("a bracket is missing", "sync", "code/syntax-error",
         (append(ORDERS, "\nfunction broken( {\n  return 1;\n"),),
         (append(ORDERS, "\nfunction whole() {\n  return `)}`;\n}\n"),), at=ORDERS),
    Seed("a bundle among the sources", "sync", "code/not-analysed",
         (write("job/src/bundle.js", "var a=1;" * 4000),),
         (write("job/src/generated/bundle.js", "var a=1;" * 4000),), at="job/src/bundle.js"),
)  # fmt: skip
SMELLS = (
    more("empty-catch", "an error that nobody hears of", ORDERS,
         "async function quietly(work) {\n  try {\n    await work();\n  } catch (error) {}\n}\n",
         "async function quietly(work) {\n  try {\n    await work();\n  } catch {\n"
         "    // it is tried again in a minute\n  }\n}\n", "catch"),
    more("useless-catch", "thrown again", ORDERS,
         "async function loud(work) {\n  try {\n    await work();\n  } catch (error) {\n"
         "    throw error;\n  }\n}\n",
         "async function loud(work) {\n  try {\n    await work();\n  } catch (error) {\n"
         "    throw new Error('work failed', { cause: error });\n  }\n}\n", "catch"),
    more("var-declaration", "var", ORDERS, "var counter = 0;\n", "let counter = 0;\n", "counter"),
)  # fmt: skip
SEEDS = (*INJECTION, *CRYPTOGRAPHY, *WEB, *BUGS, *SMELLS)
