export function badge(text) {
  const element = document.createElement('strong');
  element.textContent = text;
  return element;
}
