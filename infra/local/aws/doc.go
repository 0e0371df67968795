// Package aws is the one AWS endpoint of the local stack. It serves the calls
// that the stack makes, refuses all others by name, enforces IAM as the
// template grants it, captures the streams of the tables, keeps queues, mails
// and secrets on disk, and injects faults on request.
//
// Functions reach it with the AWS SDK through AWS_ENDPOINT_URL. The emulated
// event sources use the Go methods instead: Server.Stream for a table's stream,
// Server.Queue for a queue, Server.Authorize for the role they act under.
package aws
