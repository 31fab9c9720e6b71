/**
 * The gateway's address as people paste it: with or without scheme, trailing slash, `/v1` or a whole
 * endpoint. The expression does the same inside the node's request defaults and the credential's
 * test, where n8n takes no function; a test keeps both alike.
 */
export const BASE_URL_EXPRESSION =
	"={{ $credentials.baseUrl.trim().replace(/[?#].*$/, '').replace(/\\/+$/, '').replace(/\\/v1(beta)?(\\/.*)?$/i, '').replace(/^(?!https?:\\/\\/)/i, 'https://') }}";

export function normalizeBaseUrl(text: string): string {
	return text
		.trim()
		.replace(/[?#].*$/, '')
		.replace(/\/+$/, '')
		.replace(/\/v1(beta)?(\/.*)?$/i, '')
		.replace(/^(?!https?:\/\/)/i, 'https://');
}
