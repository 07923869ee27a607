/** What a person can mend by another command line, or a file of theirs. */
export class Complaint extends Error {}
