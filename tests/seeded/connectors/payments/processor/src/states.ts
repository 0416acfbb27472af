export type Action = 'charge' | 'refund' | 'cancel' | 'none';

export function actionOf(type: string): Action {
  switch (type) {
    case 'CAPTURE':
      return 'charge';
    case 'REFUND':
    case 'CHARGEBACK':
      return 'refund';
    case 'CANCEL':
      return 'cancel';
    default:
      return 'none';
  }
}

export function total(lines: { price: number; quantity: number }[]): number {
  return lines.reduce((sum, line) => sum + line.price * line.quantity, 0);
}
