const { createHmac, timingSafeEqual } = require('crypto');

function mac(user) {
  return createHmac('sha256', process.env.SESSION_SECRET).update(user).digest('base64url');
}

function sign(user) {
  return `${user}.${mac(user)}`;
}

function verify(session) {
  const [user, given = ''] = session.split('.');
  const expected = mac(user);
  const same =
    given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected));
  return same ? user : undefined;
}

module.exports = { sign, verify };
