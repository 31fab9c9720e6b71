import type {
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
	Icon,
} from 'n8n-workflow';

import { BASE_URL_EXPRESSION, normalizeKey } from '../nodes/NanoBanana/normalizeCredential';

const MOVED = "This URL redirects. Enter the URL it redirects to, usually the one with https, in 'Base URL'.";

const MESSAGES: Array<[status: number, message: string]> = [
	...[301, 302, 307, 308].map((status): [number, string] => [status, MOVED]),
	[401, "The API rejected this API key. Paste it again, and check that 'Base URL' belongs to the same provider."],
	[402, 'The API key is valid, but the account has no credit left'],
	[
		403,
		"The API key is not allowed to list models. Check its permissions and expiration date on your provider's dashboard.",
	],
	[404, "No API was found at this URL. Check 'Base URL': enter the URL of the API, without the path of an endpoint."],
	[405, "This URL does not lead to the API. Check 'Base URL'."],
	[429, 'Rate limit reached. Try again in a minute.'],
];

/** n8n's type allows only one kind of rule per list, but its credential test accepts both kinds in one list. */
const RULES = [
	...MESSAGES.map(([value, message]) => ({ type: 'responseCode', properties: { value, message } })),
	{
		type: 'responseSuccessBody',
		properties: {
			key: 'data',
			value: undefined,
			message:
				"The response is not a list of models. Check 'Base URL': enter the URL of the API, not of the dashboard.",
		},
	},
] as ICredentialTestRequest['rules'];

/** Base URL and Bearer key of one provider account. The test lists the models, which is free (API page on models). */
export class NanoBananaApi implements ICredentialType {
	name = 'nanoBananaApi';

	displayName = 'NanoBanana API';

	documentationUrl = 'https://github.com/n8n-nodes-nanobanana/n8n-nodes-nanobanana#credentials';

	icon: Icon = { light: 'file:../icons/nanobanana.svg', dark: 'file:../icons/nanobanana.dark.svg' };

	properties: INodeProperties[] = [
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. https://api.example.com',
			description: "URL of the API, from your provider's dashboard or documentation. With or without /v1 at the end.",
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			placeholder: 'e.g. sk-…',
			description: "API key from your provider's dashboard. Only sent to 'Base URL', never to other hosts.",
		},
	];

	/** Not an expression: n8n would evaluate it in an isolated VM, which takes longer than the request itself. */
	async authenticate(
		{ apiKey }: ICredentialDataDecryptedObject,
		request: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		request.headers = { ...request.headers, Authorization: `Bearer ${normalizeKey(String(apiKey))}` };
		return request;
	}

	test: ICredentialTestRequest = {
		request: {
			baseURL: BASE_URL_EXPRESSION,
			url: '/v1/models',
			disableFollowRedirect: true,
		},
		rules: RULES,
	};
}
