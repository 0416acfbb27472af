const { applicationId, entryPoint } = JSON.parse(document.getElementById('configuration').textContent);
document.getElementById('app').textContent =
  `Settings of ${entryPoint} (${applicationId}) at ${location.pathname}`;
