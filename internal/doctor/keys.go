package doctor

import (
	"cmp"
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// archivedAfter is how long DynamoDB waits for a key before it archives the table: it
// makes a backup, and the table can be read no more, not even with the key.
const archivedAfter = 7 * 24 * time.Hour

// keyLost says what a table is waiting for that may not use its KMS key any more.
func keyLost(check, name string, t *types.TableDescription) (Finding, bool) {
	key, since := "its KMS key", (*time.Time)(nil)
	if d := t.SSEDescription; d != nil {
		key, since = cmp.Or(text(d.KMSMasterKeyArn), key), d.InaccessibleEncryptionDateTime
	}
	switch t.TableStatus {
	case types.TableStatusInaccessibleEncryptionCredentials:
		found := "may not use " + key + " any more: nothing can be read or written, and DynamoDB archives it 7 days after it lost the key"
		if since != nil {
			found = "may not use " + key + " since " + since.UTC().Format(time.RFC3339) +
				": nothing can be read or written, and DynamoDB archives it on " + since.Add(archivedAfter).UTC().Format(time.RFC3339)
		}
		return Finding{check, Failed, found, "enable the key, or cancel its deletion (aws kms cancel-key-deletion --key-id " + key + "), and give it the policy of infra/key.yaml"}, true
	case types.TableStatusArchiving, types.TableStatusArchived:
		found, backup := "is archived, since it was without "+key+" for 7 days", "BACKUP"
		if a := t.ArchivalSummary; a != nil {
			if a.ArchivalDateTime != nil {
				found = "was archived on " + a.ArchivalDateTime.UTC().Format(time.RFC3339) + ", after 7 days without " + key
			}
			backup = cmp.Or(aws.ToString(a.ArchivalBackupArn), backup)
		}
		return Finding{check, Failed, found, "give the key back, delete the table, then aws dynamodb restore-table-from-backup --target-table-name " + name + " --backup-arn " + backup}, true
	}
	return Finding{}, false
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
