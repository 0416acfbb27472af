export function configuration(variables) {
  const wanted = (name) => {
    if (!variables[name]) throw new Error(`Missing environment variable '${name}'.`);
    return variables[name];
  };
  const entryPoint = wanted('ENTRY_POINT_URI_PATH');
  if (!/^[a-z0-9][a-z0-9_-]{0,62}[a-z0-9]$/.test(entryPoint)) {
    throw new Error(`Invalid "entryPointUriPath": ${entryPoint}`);
  }
  return {
    applicationId: wanted('CUSTOM_APPLICATION_ID'),
    applicationUrl: wanted('APPLICATION_URL').replace(/\/$/, ''),
    cloudIdentifier: wanted('CLOUD_IDENTIFIER'),
    entryPoint,
  };
}
