/** What was typed fits no command; the message says what, and what was probably meant. */
export class UsageError extends Error {}
