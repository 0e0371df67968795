package doctor

import (
	"cmp"
	"context"
	"time"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
)

// archivedAfter is how long DynamoDB waits for a key before it archives the table: it
// makes a backup, and the table can be read no more, not even with the key.
const archivedAfter = 7 * 24 * time.Hour

// keyLost says what a table is waiting for that may not use its KMS key any more.
func keyLost(check, name string, t ddb.TableDescription) (Finding, bool) {
	key := cmp.Or(t.SSEDescription.KMSMasterKeyArn, "its KMS key")
	switch t.TableStatus {
	case ddb.TableWithoutKey:
		found := "may not use " + key + " any more: nothing can be read or written, and DynamoDB archives it 7 days after it lost the key"
		if since := t.SSEDescription.InaccessibleEncryptionDateTime; since != 0 {
			found = "may not use " + key + " since " + stamp(since, 0) +
				": nothing can be read or written, and DynamoDB archives it on " + stamp(since, archivedAfter)
		}
		return Finding{check, Failed, found, "enable the key, or cancel its deletion (aws kms cancel-key-deletion --key-id " + key + "), and give it the policy of infra/key.yaml"}, true
	case ddb.TableArchiving, ddb.TableArchived:
		found, backup := "is archived, since it was without "+key+" for 7 days", cmp.Or(t.ArchivalSummary.ArchivalBackupArn, "BACKUP")
		if at := t.ArchivalSummary.ArchivalDateTime; at != 0 {
			found = "was archived on " + stamp(at, 0) + ", after 7 days without " + key
		}
		return Finding{check, Failed, found, "give the key back, delete the table, then aws dynamodb restore-table-from-backup --target-table-name " + name + " --backup-arn " + backup}, true
	}
	return Finding{}, false
}

// stamp is a time of DynamoDB's, in seconds, or one after it.
func stamp(seconds float64, after time.Duration) string {
	return time.UnixMilli(int64(seconds * 1000)).Add(after).UTC().Format(time.RFC3339)
}

// oneKey checks that both stacks were deployed with the same key: a role has the right to
// that of its own stack only.
func (r *run) oneKey(context.Context) []Finding {
	if r.data == nil {
		return nil // the check stack says so
	}
	main, data := r.main.parameters["KeyArn"], r.data.parameters["KeyArn"]
	switch {
	case main == data && main == "":
		return nil
	case main == data:
		return []Finding{{Check: "key", Result: OK, Found: "tables, secrets, queues and logs have " + main}}
	case data == "":
		return []Finding{{"key", Warning, "queues and logs have the key " + main + ", tables and secrets do not", deployData(r.Stack) + " KeyArn=" + main}}
	}
	return []Finding{{"key", Failed, "tables and secrets have the key " + data + ", to which the functions have no right", deployMain(r.Stack) + " --parameter-overrides KeyArn=" + data}}
}
