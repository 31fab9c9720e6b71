/* eslint-disable */
import { allIn } from './allIn';

allIn(
	'images/downloadImage',
	'images/downloadAgain',
	'images/streaming',
	'parameters/imageRequest',
	'poll/rejectedPoll',
	'poll/waitForTask',
	'submit/rejectedRequest',
	'submit/submit',
	'submit/sendAgain',
	'submit/submitResult',
);
