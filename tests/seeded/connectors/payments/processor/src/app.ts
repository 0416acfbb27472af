import express from 'express';
import { notifications } from './routes/notifications';
import { payments } from './routes/payments';

export const app = express();

app.disable('x-powered-by');
app.use(express.json());
app.use('/processor', payments);
app.use('/processor/notifications', notifications);
