export interface Options {
  processorUrl: string;
  onComplete: (id: string) => void;
}

export function mount(element: HTMLElement, options: Options): void {
  const button = document.createElement('button');
  button.textContent = 'Pay now';
  button.addEventListener('click', async () => {
    const answer = await fetch(`${options.processorUrl}/payments`, { method: 'POST' });
    const { id } = await answer.json();
    options.onComplete(id);
  });
  element.append(button);
}
