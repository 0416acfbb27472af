import { useEffect, useState } from 'react';

interface Order {
  id: string;
  orderNumber: string;
}

export function Orders({ load }: { load: () => Promise<Order[]> }) {
  const [orders, setOrders] = useState<Order[]>([]);
  useEffect(() => {
    load().then(setOrders);
  }, [load]);
  return (
    <ul>
      {orders.map((order) => (
        <li key={order.id}>{order.orderNumber}</li>
      ))}
    </ul>
  );
}
