package local

import (
	"encoding/json"

	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/internal/dynamo"
)

// recordObjects stores the objects of new events in fake Stripe: the events were
// signed, so Stripe has the objects. It runs before dispatch, as an action may
// read them at once. A record that cannot be decoded is skipped: dispatch reports
// it.
func (s *Stack) recordObjects(batch []aws.Record) {
	for _, r := range batch {
		var record struct {
			DynamoDB struct {
				NewImage struct {
					Body struct{ B []byte } `json:"body"`
				}
			} `json:"dynamodb"`
		}
		if json.Unmarshal(r.JSON, &record) != nil {
			continue
		}
		body, err := dynamo.Unpack(record.DynamoDB.NewImage.Body.B)
		if err == nil {
			err = s.stripe.Record(body)
		}
		if err != nil {
			s.log().Debug("the event holds no object for fake Stripe", "sequence", r.Sequence, "error", err)
		}
	}
}
