/** Whether a failure of this kind is charged, if the task ID is unknown. */
export type Cost = 'notCharged' | 'maybeCharged' | 'charged';

interface KindFacts {
	/** What happened: the title, at most 60 characters. */
	message: string;
	cost?: Cost;
	/** One thing to do. */
	nextStep: string;
	/** Replaces it for operations that only read a task: they are free to repeat, but cannot create a new task. */
	readNextStep?: string;
	/** Replaces it for an agent's tool: the same call resumes the task. */
	toolNextStep?: string;
	/** The request may have been accepted. */
	isUnclear?: boolean;
	/** The failure is about the task itself. After a failure of any other kind, the task keeps running. */
	isAboutTask?: boolean;
	/** The next step also helps if the task ID is known. Other next steps could make the user pay again. */
	isRepairable?: boolean;
	/** Its details come from the node or the network, unless the API responded with a status. */
	isOurs?: boolean;
}

/**
 * All failures that a user needs to tell apart, one row per kind. Do not rename a kind: workflows branch on the names
 * (`details.errorCode`).
 */
const ROWS = {
	access_denied: {
		message: 'The API key is not allowed to do this',
		cost: 'notCharged',
		nextStep:
			"Check on your provider's dashboard which models and IP addresses this key may use, or select another credential.",
		isRepairable: true,
	},
	body_too_large: {
		message: 'The request is too large for the API',
		cost: 'notCharged',
		nextStep: 'Use fewer or smaller reference images. In the API format Async Task, you can also pass them as URLs.',
	},
	canceled: {
		message: 'Execution canceled',
		nextStep: "Tasks that the API accepted keep running and are charged. Get their images with 'Wait for Task Result'.",
	},
	idempotency_conflict: {
		message: 'The API rejected the request as a duplicate',
		cost: 'maybeCharged',
		nextStep:
			"The API may have accepted the same request before. Check the usage log on your provider's dashboard before you run the node again.",
		isUnclear: true,
	},
	insufficient_balance: {
		message: 'Not enough credit for this request',
		cost: 'notCharged',
		nextStep: "Add credit to the account, or raise the quota of the key, on your provider's dashboard.",
		isRepairable: true,
	},
	internal: {
		message: 'The node could not finish this item',
		cost: 'maybeCharged',
		nextStep:
			"Check the usage log on your provider's dashboard, then run the node again. If it happens twice, report it on GitHub and include the details.",
		isOurs: true,
	},
	invalid_input: {
		message: 'A field contains a value that cannot be sent',
		cost: 'notCharged',
		nextStep: 'Change the value of the field.',
		isOurs: true,
	},
	invalid_key: {
		message: 'The API key is not valid',
		cost: 'notCharged',
		nextStep:
			"Open the credential, paste the key again, and click Save. Check that 'Base URL' belongs to the provider that issued the key.",
		isRepairable: true,
	},
	invalid_request: {
		message: 'The API rejected the request',
		cost: 'notCharged',
		nextStep: "Change the field mentioned in the API response. 'Preview Request' under Options shows what is sent.",
	},
	key_expired: {
		message: 'The API key has expired',
		cost: 'notCharged',
		nextStep: "Create a new key on your provider's dashboard and enter it in the credential.",
		isRepairable: true,
	},
	model_not_available: {
		message: 'The model is not available for this account',
		cost: 'notCharged',
		nextStep: "Select another model in 'Model', or ask your provider to enable this one.",
	},
	no_image: {
		message: 'The API returned no image',
		cost: 'maybeCharged',
		nextStep: 'Check the API response and change the prompt. If you run the node again, you may be charged again.',
		isAboutTask: true,
	},
	not_offered: {
		message: "The API does not support this 'API Format'",
		cost: 'notCharged',
		nextStep: "Select another 'API Format' under Options.",
		readNextStep: "This API may not support reading tasks. Check 'Base URL' in the credential.",
	},
	prompt_refused: {
		message: 'The prompt or a reference image was rejected',
		nextStep:
			'Rejected prompts are usually not charged. Change the prompt or the reference image. The same request is usually rejected again.',
		readNextStep:
			'Rejected prompts are usually not charged. Change the prompt or the reference image in the node that created the task.',
		isAboutTask: true,
	},
	rate_limited: {
		message: 'Rate limit reached',
		cost: 'notCharged',
		nextStep: "Lower 'Max Concurrency' under Options, or try again later.",
	},
	result_expired: {
		message: 'The images of this task have expired',
		nextStep:
			'Providers delete images after a while. Run the node again to create new ones. You will be charged again.',
		readNextStep:
			'Providers delete images after a while. To create new ones, run the node that created the task. You will be charged again.',
		isAboutTask: true,
	},
	spending_limit: {
		message: "The run would exceed 'Max Images per Run'",
		cost: 'notCharged',
		nextStep: "Raise 'Max Images per Run' under Options, send fewer items, or lower 'Number of Images'.",
	},
	storage_failed: {
		message: 'The image could not be stored',
		cost: 'charged',
		nextStep: "Check n8n's disk space and binary data storage.",
		isOurs: true,
		isRepairable: true,
	},
	task_failed: {
		message: 'The API could not create the image',
		nextStep:
			'Failed tasks are usually not charged. Check the API response, change the prompt or the images if needed, and run the node again.',
		readNextStep:
			'Failed tasks are usually not charged. Check the API response. To try again, run the node that created the task.',
		isAboutTask: true,
	},
	timed_out: {
		message: "The task did not finish within 'Timeout'",
		nextStep:
			"The task keeps running and is charged. Get its images at no extra cost: enter the task ID in 'Wait for Task Result'. If you run this node again, you will be charged again.",
		readNextStep: "The task keeps running. Run this node again at no extra cost, or raise 'Timeout' under Options.",
		toolNextStep:
			"The task keeps running and is charged. To get its images at no extra cost, call this tool again with exactly the same input, or use 'Wait for Task Result' later.",
		isOurs: true,
		isAboutTask: true,
	},
	unclear_submission: {
		message: 'It is unclear whether the API accepted the request',
		cost: 'maybeCharged',
		nextStep: "Check the usage log on your provider's dashboard before you run the node again.",
		isOurs: true,
		isUnclear: true,
	},
	unknown_task: {
		message: 'The task ID was not found',
		nextStep:
			"Checking a task is free. Check 'Task ID'. Providers delete tasks after a while, and most show a task only to the key that created it.",
		isAboutTask: true,
	},
	unreachable: {
		message: 'The API could not be reached',
		cost: 'notCharged',
		nextStep: "Check 'Base URL' in the credential, the network, and the proxy settings of n8n.",
		isOurs: true,
		isRepairable: true,
	},
	unreadable_answer: {
		message: 'The API response cannot be read',
		cost: 'charged',
		nextStep:
			'If you run the node again, you will be charged again. Contact your provider and include the time of the request.',
		isOurs: true,
	},
	upstream_down: {
		message: 'The API is overloaded or not available',
		cost: 'notCharged',
		nextStep: 'Run the node again later.',
		isOurs: true,
	},
	wrong_base_url: {
		message: "'Base URL' in the credential does not lead to the API",
		cost: 'notCharged',
		nextStep:
			"Enter the URL of the API itself, e.g. https://api.example.com. If the URL is correct, this API may not support the endpoint: select another 'API Format'.",
		readNextStep: "Enter the URL of the API itself, e.g. https://api.example.com, as 'Base URL' in the credential.",
		isRepairable: true,
	},
} as const satisfies Record<string, KindFacts>;

export type FailureKind = keyof typeof ROWS;
export const KINDS: Record<FailureKind, KindFacts> = ROWS;
