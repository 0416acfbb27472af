// A hosts file and a port forward for one process: every connection to a commercetools host goes
// to CONNECTORY_NAMES_PORT on this machine. Names, certificates and requests stay as they are.
'use strict';

const tls = require('node:tls');

const connect = tls.connect;
const port = Number(process.env.CONNECTORY_NAMES_PORT);

tls.connect = function (options, ...rest) {
  if (/\.commercetools\.com$/.test(options?.host ?? '')) {
    const servername = options.servername ?? options.host;
    return connect.call(this, { ...options, host: '127.0.0.1', port, servername }, ...rest);
  }
  return connect.call(this, options, ...rest);
};
