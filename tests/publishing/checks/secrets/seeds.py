"""Secrets made up for the tests, put together here so that no file of ours holds one."""

import base64
import json
import random
import string
from collections.abc import Mapping
from functools import cache

LETTERS = string.ascii_letters + string.digits
CAPITALS = string.ascii_uppercase + string.digits

CLEAN: Mapping[str, str] = {
    "processor/src/environment.ts": "export const s = process.env.CTP_CLIENT_SECRET ?? '';\n",
    "processor/src/example.ts": "const id = 'AKIAIOSFODNN7" + "EXAMPLE';\n",
    "processor/src/options.ts": "const o = { clientSecret: ourOwnClientSecretOfThisProject2 };\n",
    "processor/src/call.ts": "const clientSecret = readTheClientSecretOfThisProject();\n",
    "processor/src/hash.ts": "const sha = '" + "e3b0c44298fc1c149afbf4c8996fb924" * 2 + "';\n",
    "processor/src/id.ts": "const id = '9b2d4e5c-1f37-4a0e-8c1f-3f5a12345678';\n",
    "processor/.env.example": "CTP_CLIENT_SECRET=<your client secret>\nCTP_CLIENT_ID=\n",
    "processor/src/masked.ts": "const s = 'CTP_CLIENT_SECRET=" + "x" * 32 + "';\n",
    "docker-compose.yml": "url: postgres://shop:password@db:5432/shop\n",
    "connect.yaml": "securedConfiguration:\n  - key: CTP_CLIENT_SECRET\n",
    "processor/src/public.pem": "-----BEGIN PUBLIC " + "KEY-----\nMIIB\n-----END PUBLIC KEY-----\n",
}


@cache
def seeded() -> Mapping[str, tuple[str, str, str]]:
    """By kind: the file, its text, and the secret in it."""
    dice = random.Random(11)

    def some(count: int, letters: str = LETTERS) -> str:
        return "".join(dice.choice(letters) for _ in range(count))

    def part(content: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")

    aws = "AKIA" + some(16, string.ascii_uppercase + "234567")
    github, npm = "ghp_" + some(36), "npm_" + some(36)
    stripe, bot = "sk_live_" + some(24), f"xoxb-{some(12, '123456789')}-{some(12, '123456789')}-"
    bot += some(24)
    hook = f"https://hooks.slack.com/services/T{some(8, CAPITALS)}/B{some(10, CAPITALS)}/{some(24)}"
    body = {"sub": "17", "name": "Ada", "iat": 1716239022, "exp": 4102444800}
    jwt = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(body)}.{some(43)}"
    password, mongo = some(16), f"mongodb+srv://app:{some(18)}@cluster0.ab1cd.mongodb.net/shop"
    ctp, inline = some(32), some(32)
    key = "\n".join(some(64, LETTERS + "+/") for _ in range(24))
    pem = f"-----BEGIN PRIVATE KEY-----\n{key}\n-----END PRIVATE KEY-----\n"
    return {
        "aws-access-token": (
            "processor/src/aws.ts",
            f"const id = '{aws}';\nconst secret = 'aws_secret_access_key={some(40)}';\n",
            aws,
        ),
        "github-pat": ("processor/src/github.ts", f"const token = '{github}';\n", github),
        "stripe-access-token": ("processor/src/stripe.ts", f"new Stripe('{stripe}');\n", stripe),
        "slack-webhook-url": ("processor/src/hook.ts", f"const hook = '{hook}';\n", hook),
        "slack-bot-token": ("processor/src/bot.ts", f"const bot = '{bot}';\n", bot),
        "private-key": ("processor/key.pem", pem, key.split("\n")[0]),
        "jwt": ("processor/src/jwt.ts", f"const jwt = '{jwt}';\n", jwt),
        "generic-credential-uri": (
            "processor/src/db.ts",
            f"const url = 'postgres://admin:{password}@db.prod.acme.io:5432/shop';\n",
            password,
        ),
        "mongodb-connection-string": ("processor/src/m.ts", f"const m = '{mongo}';\n", mongo),
        "npmjsaccesstoken": (
            "processor/.npmrc",
            f"//registry.npmjs.org/:_authToken={npm}\n",
            npm,
        ),
        "commercetools-client-secret": (
            "processor/.env",
            f"CTP_CLIENT_ID={some(24)}\nCTP_CLIENT_SECRET={ctp}\n",
            ctp,
        ),
        "commercetools-client-secret in code": (
            "processor/src/client.ts",
            f"const c = {{ clientId: 'x', clientSecret: '{inline}' }};\n",
            inline,
        ),
    }
