package local

import (
	"encoding/json"

	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/internal/dynamo"
)

// teach tells the stand-in of Stripe's API what new events tell: they were
// signed, so Stripe knows it. It comes before the fan-out, or an action could
// ask sooner than the stand-in knows. What cannot be read is none of its
// business: the function that gets the record says so.
func (s *Stack) teach(batch []aws.Record) {
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
			err = s.stripe.Learn(body)
		}
		if err != nil {
			s.log().Debug("an event teaches the stand-in of Stripe's API nothing", "record", r.Sequence, "error", err)
		}
	}
}
