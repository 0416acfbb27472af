// Every command of the official CLI as it finds them itself: a list as JSON. `authorized` is the
// CLI's own mark of a command that needs a token: it talks to an API.
import { Config } from '@oclif/core';

const config = await Config.load({ root: process.env.CLI });
await config.runHook('init', { id: undefined, argv: [] });
const commands = [];
for (const { id, pluginName: plugin, load } of config.commands) {
  const command = new (await load())([], config);
  commands.push({ id, plugin, authorized: command.authorized === true });
}
process.stdout.write(JSON.stringify(commands));
