function required(name: string, value: string | undefined): string {
  if (!value) {
    throw new Error(`${name} is not configured`);
  }
  return value;
}

export function configuration() {
  return {
    environment: process.env.PSP_ENVIRONMENT ?? 'test',
    merchantAccount: required('MERCHANT_ACCOUNT', process.env.MERCHANT_ACCOUNT),
    apiKey: required('PSP_API_KEY', process.env.PSP_API_KEY),
    webhookSecret: required('PSP_WEBHOOK_SECRET', process.env.PSP_WEBHOOK_SECRET),
    language: process.env.DEFAULT_LANGUAGE ?? 'en',
    clientId: process.env.CTP_CLIENT_ID,
    clientSecret: process.env.CTP_CLIENT_SECRET,
    projectKey: process.env.CTP_PROJECT_KEY,
    authUrl: process.env.CTP_AUTH_URL,
    apiUrl: process.env.CTP_API_URL,
  };
}
