/**
 * Everything that can go wrong, as a user tells it apart: one row per kind. Message: what happened.
 * Next step: how to go on. The names are stable, as workflows branch on them (`details.errorCode`).
 */
export const KINDS = {
	access_denied: {
		message: 'The gateway does not allow this key to do that',
		nextStep:
			'Check in the gateway console which groups, models and addresses this key may use, or choose another credential.',
	},
	body_too_large: {
		message: 'The request is too large for the gateway',
		nextStep: "Use fewer or smaller reference images, or pass them as addresses (set 'Input Type' to 'Image URL(s)').",
	},
	canceled: {
		message: 'The execution was canceled',
		nextStep:
			"Tasks that the gateway had accepted go on there. Collect them with 'Get Task Status' or 'Wait for Task Result'.",
	},
	insufficient_balance: {
		message: 'The gateway account has no balance left for this request',
		nextStep: 'Top up the account or raise the quota of the key in the gateway console.',
	},
	internal: {
		message: 'The node could not finish this item',
		nextStep: 'Run the node again. When it happens twice, report it together with the text above.',
	},
	invalid_input: {
		message: 'A field holds a value that cannot be sent',
		nextStep: 'Change the field named above.',
	},
	invalid_key: {
		message: 'The gateway does not accept the API key',
		nextStep:
			"Open the credential, paste the key again (without spaces) and press 'Test'. Check that 'Base URL' is the gateway that issued the key.",
	},
	invalid_request: {
		message: 'The gateway does not accept the request',
		nextStep: "Change what the gateway's answer names. 'Preview Request' under Options shows what is sent.",
	},
	key_expired: {
		message: 'The API key has expired',
		nextStep: 'Create a new key in the gateway console and put it into the credential.',
	},
	model_not_available: {
		message: 'The gateway has no such model for this account',
		nextStep:
			"Choose another entry in 'Model' (the list shows what the gateway offers this key), or have the model enabled for the account.",
	},
	no_image: {
		message: 'The gateway finished without an image',
		nextStep: 'Read what the model answered, change the prompt and run the node again. This run may have been billed.',
	},
	not_offered: {
		message: 'The gateway does not offer this way of generating images',
		nextStep: "Choose another entry in 'API Format'. Nothing was generated or billed.",
	},
	prompt_refused: {
		message: 'The prompt or a reference image was refused',
		nextStep: 'Change the prompt or the reference image. The same request will most likely be refused again.',
	},
	rate_limited: {
		message: 'The gateway takes no more requests at the moment',
		nextStep: "Nothing was billed for this item. Lower 'Max Concurrency' under Options or run the node later.",
	},
	result_expired: {
		message: 'The gateway no longer keeps the images of this task',
		nextStep: 'Results are kept for a limited time. The image has to be generated (and paid for) again.',
	},
	spending_limit: {
		message: "The run would generate more images than 'Max Images' allows",
		nextStep:
			"Nothing was sent. Raise 'Max Images' under Options, or send fewer items or a smaller 'Number of Images'.",
	},
	task_failed: {
		message: 'The gateway could not generate the image',
		nextStep:
			'Read the answer above. If it names a word, a size or an image, change that; then run the node again. As a rule a task that ended like this is not billed.',
	},
	timed_out: {
		message: "The task was not finished within 'Timeout'",
		nextStep:
			"It is still running at the gateway and already paid for: collect it with the operation 'Wait for Task Result' and the task ID above, or raise 'Timeout' under Options. Running this node again in a new execution would pay again.",
	},
	unclear_submission: {
		message: 'It is unclear whether the gateway accepted the request',
		nextStep:
			'A task may exist and may have been billed, so the request was not sent again. Look for it in the task list of the gateway console before you run the node again; a new run is a new purchase.',
	},
	unknown_task: {
		message: 'The gateway does not know this task ID',
		nextStep:
			"Check 'Task ID'. Gateways forget tasks after a while, and most show a task only to the key that created it.",
	},
	unreachable: {
		message: 'The gateway could not be reached',
		nextStep:
			"Nothing was sent or billed. Check 'Base URL' in the credential, the network and the proxy settings of n8n, then run the node again.",
	},
	unreadable_answer: {
		message: 'The gateway sent an answer that cannot be read',
		nextStep: "Try again later. When it stays, ask the gateway's support and name the time of the request.",
	},
	upstream_down: {
		message: 'The gateway is overloaded or out of order',
		nextStep: 'Nothing was billed for this item. Run the node again later.',
	},
	wrong_base_url: {
		message: "'Base URL' in the credential does not lead to the API",
		nextStep:
			"Enter the address of the API itself, e.g. https://api.example.com, without the path of an endpoint. A web page answered, or an address that the gateway does not have. If the address is right, this gateway may lack the endpoint: try another 'API Format'.",
	},
} as const;

export type FailureKind = keyof typeof KINDS;

/** Kinds that are said of the task itself; with any other kind the task goes on, whatever came between. */
export const ABOUT_THE_TASK: FailureKind[] = [
	'task_failed',
	'prompt_refused',
	'no_image',
	'result_expired',
	'unknown_task',
	'timed_out',
	'invalid_input',
];
/** Kinds whose advice holds with a task as well; the others would send people to pay again. */
export const REPAIRABLE: FailureKind[] = [
	'access_denied',
	'insufficient_balance',
	'invalid_key',
	'key_expired',
	'wrong_base_url',
];
