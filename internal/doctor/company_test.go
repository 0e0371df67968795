package doctor

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/payhooks/payhooks/internal/cloudformation"
	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/event"
)

const executeAPI = "https://a1.execute-api.eu-west-1.amazonaws.com"

func TestATableWithoutItsKeySaysWhenItIsArchived(t *testing.T) {
	lost := time.Date(2026, 11, 22, 10, 30, 0, 0, time.UTC)
	key := "arn:aws:kms:eu-west-1:1:key/1"
	without := func(since float64) func(*cloud) {
		return func(c *cloud) {
			e := c.tables["shop-events"]
			e.status = string(types.TableStatusInaccessibleEncryptionCredentials)
			e.encryption = ddb.SSEDescription{KMSMasterKeyArn: key, InaccessibleEncryptionDateTime: since}
		}
	}
	archived := func(c *cloud) {
		e := c.tables["shop-events"]
		e.status, e.encryption = string(types.TableStatusArchived), ddb.SSEDescription{KMSMasterKeyArn: key}
		e.archive = ddb.ArchivalSummary{ArchivalDateTime: float64(lost.Add(archivedAfter).Unix()), ArchivalBackupArn: "arn:backup/1"}
	}
	expectFindings(t, []broken{
		{"lost", without(float64(lost.Unix())), "table shop-events", Failed, "since 2026-11-22T10:30:00Z: nothing can be read or written, and DynamoDB archives it on 2026-11-29T10:30:00Z", "aws kms cancel-key-deletion --key-id " + key},
		{"lost, and AWS does not say when", without(0), "table shop-events", Failed, "7 days after it lost the key", "infra/key.yaml"},
		{"archived", archived, "table shop-events", Failed, "was archived on 2026-11-29T10:30:00Z, after 7 days without " + key, "--target-table-name shop-events --backup-arn arn:backup/1"},
	})
}

func TestTheCompanysTopicIsNotMissed(t *testing.T) {
	expectFindings(t, []broken{
		{"a topic of theirs", func(c *cloud) {
			c.resources["shop"] = nil
			c.set("AlarmTopicArn", "arn:aws:sns:eu-west-1:1:pager")
		}, "alarms", OK, "your topic arn:aws:sns:eu-west-1:1:pager", ""},
	})
}

func TestAPIGatewaysURLIsClosedAfterNothingPostsToIt(t *testing.T) {
	at := func(execute string, posts []string, err error) func(*cloud) {
		return func(c *cloud) {
			c.set("Domain", "hooks.example.com")
			c.set("ExecuteApi", execute)
			c.stacks[0].Outputs = cloudformation.Values{outputExecuteAPI: executeAPI}
			c.posts, c.errs["PostsTo"] = posts, err
		}
	}
	expectFindings(t, []broken{
		{"not moved", at("on", []string{"we_1"}, nil), "domain", Warning, "we_1 at Stripe still posts", "payhooks connect --url https://hooks.example.com --yes --stack shop"},
		{"moved", at("on", nil, nil), "domain", Warning, "it still answers", "ExecuteApi=off"},
		{"closed too early", at("off", []string{"we_1"}, nil), "domain", Failed, "we_1 at Stripe posts to API Gateway's own URL", "payhooks connect --url"},
		{"closed", at("off", nil, nil), "domain", OK, "is closed", ""},
		{"no key", at("on", nil, event.ErrNotConfigured), "domain", Unknown, "no Stripe API key", "STRIPE_API_KEY=rk_"},
		{"Stripe is down", at("on", nil, errDown), "domain", Unknown, "connection refused", "again"},
	})
}
