/* eslint-disable */
import type { Execution } from './execution';

/**
 * The error of a run as n8n stores it and shows it in its panel: the title, each line of the description (n8n renders
 * its HTML), and any text that n8n added (a test then fails). Times are replaced with <time>.
 */
export function shownError({ error }: Execution): string[] {
	if (!error) return [];
	const { message, description, messages = [] } = error as typeof error & { messages?: string[] };
	const added = messages.filter((text) => text !== message);
	return [message, ...(description ?? '').split('<br>'), ...added].map((line) =>
		line.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>'),
	);
}

/** The first lines of errors that multiple tests expect. */
export const UNCLEAR = [
	'It is unclear whether the API accepted the request',
	"You may have been charged. Check the usage log on your provider's dashboard before you run the node again.",
];
export const UNREACHABLE = [
	'The API could not be reached',
	"You were not charged. Check 'Base URL' in the credential, the network, and the proxy settings of n8n.",
];
