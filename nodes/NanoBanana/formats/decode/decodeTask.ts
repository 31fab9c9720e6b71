import { readBody } from '../../lib/lenientJson';
import { own, unwrapText } from '../../lib/json';
import type { Asked, DecodedResponse } from '../../types';
import { complaintIn, declineIn, failureReason, isRefusal, type Complaint } from './bodyErrors';
import { emptySuccess, failed, finished, joined, pending, type Reading } from './outcomes';
import {
	finishedPictures,
	picturesAnywhere,
	picturesBeforeFailure,
	restingPictures,
	sentOf,
	speaksOfSome,
} from './taskImages';
import { isAmbiguous, isPartly, isRefusalWord, progressOf, soundsLikeRest } from './statusWords';
import { findTask, furtherIdsIn, isAboutOthers, isNamed, modelOf, statusOf, taskIdOf } from './taskFields';
import { idInText } from './taskIds';

type Status = NonNullable<ReturnType<typeof statusOf>>;

/**
 * Any body of the task or the OpenAI-compatible endpoints to one Outcome, whichever member of the
 * gateway family wrote it: the API's page shows one finished task, relatives differ in where the
 * id, the status and the images are.
 */
export function decodeBody(body: unknown, baseUrl: string, asked: Asked = {}): DecodedResponse {
	const opened = typeof body === 'string' ? (readBody(body) ?? body) : body;
	const bareId = typeof opened === 'string' ? idInText(opened.trim()) : undefined;
	if (bareId !== undefined) return { kind: 'pending', status: 'queued', taskId: bareId };
	if (typeof opened !== 'object' || opened === null) return { kind: 'unknown', reason: 'The answer is no JSON object' };
	const answer = Array.isArray(opened) ? { data: opened } : opened;
	const found = findTask(answer, asked.taskId);
	if (isAboutOthers(answer, found, asked.taskId))
		return { kind: 'unknown', reason: 'The answer names other tasks than the one that was asked for' };
	const { task, beside } = found;
	const taskId = taskIdOf(answer, found);
	const model = modelOf(found);
	const status = statusOf(found);
	const reading: Reading = {
		answer,
		found,
		known: { ...(taskId && { taskId }), ...(model && { model }) },
		baseUrl,
		sent: sentOf(asked, baseUrl),
		progress: progressOf(own(task, 'progress') ?? own(beside, 'progress')),
		mayComeYet: asked.lastLook !== true && (taskId ?? asked.taskId) !== undefined,
		furtherTaskIds: asked.taskId === undefined ? furtherIdsIn(answer, taskId) : [],
	};
	const outcome = status === undefined ? withoutStatus(reading) : byStatus(reading, status);
	// The others are not finished because the first is; looked at by its id, it shows the same pictures.
	return outcome.kind === 'images' && reading.furtherTaskIds.length > 0 ? pending(reading, 'running') : outcome;
}

function byStatus(reading: Reading, { word, status }: Status): DecodedResponse {
	const { found, known, baseUrl, sent, progress } = reading;
	const isAtItsEnd = progress === undefined || progress === 100;
	if (isPartly(word) && isAtItsEnd) return partly(reading, { word, status });
	if (status === 'failed') {
		const complaint = failureReason(found.task, found.beside, word, []);
		// Addresses that have expired lead nowhere, and beside a refusal stands a placeholder or what went in.
		const isHeldBack = /expire/i.test(word) || (isTurnedDown(complaint, word) && !speaksOfSome(complaint.reason));
		const before = isHeldBack
			? { images: [], complaints: [] }
			: picturesBeforeFailure(found, baseUrl, sent, complaint.reason);
		if (before.images.length > 0) return finished({ ...before, warning: partlySaid(complaint) }, known);
		return failed(failureReason(found.task, found.beside, word, before.complaints), known, word);
	}
	if (status === 'succeeded') {
		const pictures = finishedPictures(found, baseUrl, sent);
		return pictures.images.length > 0 ? finished(pictures, known) : emptySuccess(reading, pictures, word);
	}
	const mayRest = isAmbiguous(word) || (status === 'unknown' && soundsLikeRest(word));
	const pictures =
		progress === 100 || (mayRest && isAtItsEnd) ? restingPictures(found, baseUrl, sent, word) : undefined;
	if (pictures && pictures.images.length > 0) return finished(pictures, known);
	// A number says less than words do.
	const complaint = /^-?\d+$/.test(word) ? (complaintIn(found.task) ?? declineIn(reading.answer)) : undefined;
	return complaint ? failed(complaint, known) : pending(reading, status, word);
}

function isTurnedDown(complaint: Complaint, word: string): boolean {
	return isRefusal(complaint) || isRefusalWord(word) || /cancel|取消/i.test(word);
}

/** Some of the pictures came, and are paid for. */
function partly(reading: Reading, { word, status }: Status): DecodedResponse {
	const { found, known, baseUrl, sent, mayComeYet } = reading;
	const pictures = finishedPictures(found, baseUrl, sent);
	const complaint = failureReason(found.task, found.beside, word, pictures.complaints);
	const { images } = pictures.images.length > 0 ? pictures : picturesAnywhere(found, baseUrl, sent, mayComeYet);
	if (images.length > 0) return finished({ images, complaints: [], warning: partlySaid(complaint) }, known);
	return status === 'failed' ? failed(complaint, known, word) : emptySuccess(reading, pictures, word);
}

function partlySaid({ reason }: Complaint): string {
	return `The task ended partly: ${reason.slice(0, 500)}`;
}

function withoutStatus(reading: Reading): DecodedResponse {
	const { answer, found, known, baseUrl, sent } = reading;
	const said = complaintIn(found.task) ?? declineIn(answer);
	// An error repeats the request as often as a task's id does.
	const isError = complaintIn(found.task) !== undefined || Number(said?.code) >= 400;
	const pictures = finishedPictures(found, baseUrl, sent, isError || isNamed(found.task));
	if (pictures.images.length > 0) return finished(pictures, known);
	const complaint = said ?? (pictures.complaints.length > 0 ? joined(pictures.complaints) : undefined);
	if (complaint) return { ...failed(complaint, known), ...(known.taskId === undefined && { declined: true }) };
	if (known.taskId !== undefined) return pending(reading, 'queued');
	const anywhere = isFinishedCall(answer) ? picturesAnywhere(found, baseUrl, sent) : undefined;
	if (anywhere && anywhere.images.length > 0) return finished(anywhere, known);
	return { kind: 'unknown', reason: 'The answer holds neither a task ID nor an image' };
}

/** The answer to a call that waits for its pictures has a place for them, or says when they were made. */
export function isFinishedCall(answer: unknown): boolean {
	const places = [answer, unwrapText(own(answer, 'data'))];
	return places.some(
		(place) => Array.isArray(place) || own(place, 'created') !== undefined || Array.isArray(own(place, 'images')),
	);
}
