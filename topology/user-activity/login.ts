/** Logins among the user events. */
import type { UserEvent } from '../user-audit/user-event.js';

export type Login = Extract<UserEvent, { type: 'user.auth' }>;

const isLogin = (event: UserEvent): event is Login =>
  event.type === 'user.auth' && event.data.action === 'login';

export const hasSucceeded = (_userId: string, event: UserEvent): event is Login =>
  isLogin(event) && event.data.status === 'success';

export const hasFailed = (_userId: string, event: UserEvent): event is Login =>
  isLogin(event) && event.data.status === 'failure';
