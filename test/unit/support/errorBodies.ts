/* eslint-disable */
// Error responses as the APIs return them.

/** New API and OpenAI. */
export const wrapped = (message: string, code: unknown = '', type = 'new_api_error'): object => ({
	error: { message, type, code },
});

/** New API, for tasks. */
export const flat = (message: string, code: unknown): object => ({ code, message, data: null });

export const google = (code: number, message: string, status: string): object => ({
	error: { code, message, status, details: [] },
});

/** An error page of nginx. */
export const page = (title: string): string =>
	`<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1><hr>nginx</body></html>`;
