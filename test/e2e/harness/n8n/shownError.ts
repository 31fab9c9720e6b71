/* eslint-disable */
import type { Execution } from './execution';

/** Texts of n8n, of the system and of HTTP libraries. Some give advice that would be charged. */
export const FOREIGN_TEXT =
	/You can retry|perhaps it is offline|taking too long|\bE(CONN|TIMEDOUT|PIPE|NOTFOUND|HOST|NET|PROTO|AI_AGAIN)|HPE_|socket hang up|getaddrinfo|openssl|use-system-ca|aborted|Parse Error|AxiosError/i;

export const NOT_CHARGED = /You were not charged\./;
export const MAYBE_CHARGED = /You may have been charged\./;

/** Everything that n8n stored about the error of a run and shows in its panel. */
export function shownError({ error }: Execution): string {
	if (!error) return '';
	const { message, description, messages, context } = error as typeof error & {
		messages?: string[];
		context?: { data?: unknown };
	};
	return [message, description ?? '', ...(messages ?? []), JSON.stringify(context?.data ?? '')].join('\n');
}
