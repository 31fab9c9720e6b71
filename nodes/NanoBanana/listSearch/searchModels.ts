import type { ILoadOptionsFunctions, INodeListSearchItems, INodeListSearchResult } from 'n8n-workflow';

import { normalizeBaseUrl } from '../normalizeCredential';
import { firstText, list, own } from '../lib/json';
import { CATALOGUE, findModel } from '../models';

const LIST_TIMEOUT_MS = 10_000;
const NANO = /nano[-_ ]?banana|gemini-[\w.]+.*image/i;
const OTHER_IMAGE = /image|imagen|dall-e|flux|seedream|qwen-image|midjourney|stable-diffusion/i;

/**
 * The models for the field 'Model': the image models that GET /v1/models returns for this key, NanoBanana first. If
 * the request fails or lists none, the known models. Never throws: the form must also open without the API.
 */
export async function searchModels(this: ILoadOptionsFunctions, filter?: string): Promise<INodeListSearchResult> {
	const offered = await offeredIds(this).catch(() => []);
	const images = offered.filter((id) => NANO.test(id) || OTHER_IMAGE.test(id));
	const ids = images.length > 0 ? images : CATALOGUE.map((model) => model.id);
	const wanted = (filter ?? '').toLowerCase().split(/\s+/);
	const entries = [...new Set(ids)]
		.sort((left, right) => rank(left) - rank(right) || left.localeCompare(right, 'en', { numeric: true }))
		.map(entryOf)
		.filter(({ name, value }) => wanted.every((word) => `${name} ${String(value)}`.toLowerCase().includes(word)));
	return { results: entries };
}

/** The IDs of the account's models, from a list in OpenAI's format or in Gemini's (`models/…`). */
async function offeredIds(ctx: ILoadOptionsFunctions): Promise<string[]> {
	const { baseUrl } = await ctx.getCredentials<{ baseUrl: string }>('nanoBananaApi');
	const body: unknown = await ctx.helpers.httpRequestWithAuthentication.call(ctx, 'nanoBananaApi', {
		method: 'GET',
		url: `${normalizeBaseUrl(baseUrl)}/v1/models`,
		json: true,
		disableFollowRedirect: true,
		timeout: LIST_TIMEOUT_MS,
		// `timeout` alone does not end a response that never ends.
		abortSignal: AbortSignal.timeout(LIST_TIMEOUT_MS),
	});
	const rows = [...list(own(body, 'data')), ...list(own(body, 'models'))];
	return rows.map((row) => firstText(row, 'id', 'name')?.replace(/^models\//, '')).filter((id) => id !== undefined);
}

/** Known models in the order of the catalog, then other NanoBanana models, then other image models. */
function rank(id: string): number {
	const position = CATALOGUE.findIndex((model) => model.id === id);
	if (position >= 0) return position;
	return NANO.test(id) ? CATALOGUE.length : CATALOGUE.length + 1;
}

function entryOf(id: string): INodeListSearchItems {
	return { name: findModel(id)?.label ?? id, value: id };
}
