export function configuration() {
  const { ERP_URL, ERP_TOKEN } = process.env;
  if (!ERP_URL || !ERP_TOKEN) {
    throw new Error('ERP_URL and ERP_TOKEN must be configured');
  }
  return { url: ERP_URL, token: ERP_TOKEN };
}
