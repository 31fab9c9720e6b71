import type { IExecuteSingleFunctions } from 'n8n-workflow';

import { redact, redactKey } from './redact';
import type { DecodedResponse } from '../types';

/** The credential's key as it was typed: read only to take it out of texts that gateways quote it in. */
export interface Secret {
	/** Never throws: without a credential there is nothing to hide. */
	read(): Promise<void>;
	known(): string | undefined;
	/** Gateway words made fit to be shown. */
	clean(text: string): string;
	/** What the gateway says besides pictures, without the key. */
	hideIn<T extends DecodedResponse>(outcome: T): T;
}

const CREDENTIAL = 'nanoBananaApi';

export function createSecret(ctx: IExecuteSingleFunctions): Secret {
	let key: string | undefined;
	const clean = (text: string): string => redact(text, key);
	return {
		async read() {
			const credential: { apiKey?: unknown } = await ctx.getCredentials(CREDENTIAL).catch(() => ({}));
			key = typeof credential.apiKey === 'string' ? credential.apiKey : undefined;
		},
		known: () => key,
		clean,
		hideIn: (outcome) => ({
			...outcome,
			...('model' in outcome && outcome.model && { model: redactKey(outcome.model, key) }),
			...('text' in outcome && outcome.text && { text: redactKey(outcome.text, key) }),
			...('warnings' in outcome && outcome.warnings && { warnings: outcome.warnings.map(clean) }),
		}),
	};
}
