"""Secrets that were meant to be somewhere else. They are put together here, so that no file of ours
holds one."""

import random
import string

from tests.seeded.seed import Seed, edit, write

DICE = random.Random(4)
LETTERS = string.ascii_letters + string.digits


def some(count: int, letters: str = LETTERS) -> str:
    return "".join(DICE.choice(letters) for _ in range(count))


AWS = "AKIA" + some(16, string.ascii_uppercase + "234567")
AWS_SECRET = some(40)
AWS_EXAMPLE = "AKIAIOSFODNN7" + "EXAMPLE"
STRIPE = "sk_live_" + some(24)
GITHUB = "ghp_" + some(36)
NPM = "npm_" + some(36)
SLACK = "https://hooks.slack.com/services/T" + some(8, string.ascii_uppercase) + "/B"
SLACK += some(10, string.ascii_uppercase) + "/" + some(24)
SENDGRID = f"SG.{some(22)}.{some(43)}"
CTP = some(32)
CTP_ID = some(24)
PASSWORD = some(18)
KEY = "\n".join(some(64, LETTERS + "+/") for _ in range(24))
PEM = f"-----BEGIN PRIVATE KEY-----\n{KEY}\n-----END PRIVATE KEY-----\n"
PUBLIC = f"-----BEGIN PUBLIC KEY-----\n{KEY[:388]}\n-----END PUBLIC KEY-----\n"
PSP = "processor/src/psp.ts"
CONFIG = "processor/src/config.ts"
IMPORT = "import { configuration } from './config';"
ORDERS = "job/src/orders.js"
OPEN = "const open = [];"
API = "event/src/connector/api.js"
TREE = "secrets/in-tree"

SEEDS = (
    Seed("a key of AWS beside its secret", "sync", TREE,
         (edit(ORDERS, OPEN, f"{OPEN}\nconst accessKeyId = '{AWS}';\n"
               f"const secretAccessKey = '{AWS_SECRET}';"),),
         (edit(ORDERS, OPEN, f"{OPEN}\nconst accessKeyId = '{AWS_EXAMPLE}';"),),
         at=ORDERS),
    Seed("the live key of Stripe as a default", "payments", TREE,
         (edit(CONFIG, "process.env.PSP_API_KEY)", f"process.env.PSP_API_KEY ?? '{STRIPE}')"),),
         (edit(CONFIG, "process.env.PSP_API_KEY)", "process.env.PSP_API_KEY ?? 'sk_live_...')"),),
         at=CONFIG, on="sk_live_"),
    Seed("a token of GitHub in a URL", "payments", TREE,
         (write("processor/.npmrc", "@acme:registry=https://npm.pkg.github.com\n"
                f"//npm.pkg.github.com/:_authToken={GITHUB}\n"),),
         (write("processor/.npmrc", "@acme:registry=https://npm.pkg.github.com\n"
                "//npm.pkg.github.com/:_authToken=${GITHUB_TOKEN}\n"),), at="processor/.npmrc"),
    Seed("a token of npm", "sync", TREE,
         (write("job/.npmrc", f"//registry.npmjs.org/:_authToken={NPM}\n"),),
         (write("job/.npmrc", "//registry.npmjs.org/:_authToken=${NPM_TOKEN}\n"),),
         at="job/.npmrc"),
    Seed("a private key", "payments", TREE, (write("processor/keys/signing.pem", PEM),),
         (write("processor/keys/psp.pub.pem", PUBLIC),), at="processor/keys/signing.pem"),
    Seed("a private key in the code", "backoffice", TREE,
         (edit("service/src/session.js", "function mac", f"const KEY = `{PEM}`;\n\nfunction mac"),),
         (edit("service/src/session.js", "function mac",
               f"const KEY = `{PUBLIC}`;\n\nfunction mac"),), at="service/src/session.js"),
    Seed("a webhook of Slack", "sync", TREE,
         (edit(ORDERS, OPEN, f"{OPEN}\nconst alarm = '{SLACK}';"),),
         (edit(ORDERS, OPEN, f"{OPEN}\nconst alarm = 'https://hooks.slack.com/services/';"),),
         at=ORDERS, on="hooks.slack.com"),
    Seed("the key of SendGrid", "sync", TREE,
         (edit(ORDERS, OPEN, f"{OPEN}\nmail.setApiKey('{SENDGRID}');"),),
         (edit(ORDERS, OPEN, f"{OPEN}\nmail.setApiKey('SG.xxxxxxxxxx');"),), at=ORDERS, on="SG."),
    Seed("an API client of commercetools in .env", "payments", TREE,
         (write("processor/.env", f"CTP_CLIENT_ID={CTP_ID}\nCTP_CLIENT_SECRET={CTP}\n"),),
         (write("processor/.env.template", "CTP_CLIENT_ID=\nCTP_CLIENT_SECRET=<your secret>\n"),),
         at="processor/.env", on="CTP_CLIENT_SECRET"),
    Seed("an API client of commercetools in the code", "payments", TREE,
         (edit(CONFIG, "clientSecret: process.env.CTP_CLIENT_SECRET",
               f"clientSecret: process.env.CTP_CLIENT_SECRET || '{CTP}'"),),
         (edit(CONFIG, "clientSecret: process.env.CTP_CLIENT_SECRET",
               "clientSecret: process.env.CTP_CLIENT_SECRET || ''"),),
         at=CONFIG, on="clientSecret"),
    Seed("an API client of commercetools in a README", "payments", TREE,
         (write("processor/README.md", f"Run it with\n\n    CTP_CLIENT_ID={CTP_ID}\n"
                f"    CTP_CLIENT_SECRET={CTP}\n"),),
         (write("processor/README.md", "Run it with\n\n    CTP_CLIENT_ID=...\n"
                "    CTP_CLIENT_SECRET=...\n"),), at="processor/README.md"),
    Seed("the password of a database", "backoffice", TREE,
         (edit("service/src/index.js", "const app = express();",
               f"const database = 'postgres://orders:{PASSWORD}@db.acme-shop.io:5432/orders';\n"
               "const app = express();"),),
         (edit("service/src/index.js", "const app = express();",
               "const database = 'postgres://orders:orders@localhost:5432/orders';\n"
               "const app = express();"),), at="service/src/index.js", on="postgres://"),
    Seed("the password of MongoDB", "sync", TREE,
         (edit(ORDERS, OPEN, f"{OPEN}\nconst store = "
               f"'mongodb+srv://sync:{PASSWORD}@cluster0.x1y2z.mongodb.net/orders';"),),
         (edit(ORDERS, OPEN, f"{OPEN}\nconst store = "
               "`mongodb+srv://sync:${process.env.CTP_CLIENT_SECRET}@cluster0.x1y2z.mongodb.net`;"),),
         at=ORDERS, on="mongodb+srv"),
)  # fmt: skip
