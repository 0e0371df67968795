package local

import (
	"encoding/json"

	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/internal/dynamo"
)

// teach records the objects of new events at fake Stripe: they were signed, so
// Stripe has them. It comes before the fan-out, or an action could ask too soon.
// What cannot be read is left to the function that gets the record.
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
			s.log().Debug("the event holds no object for fake Stripe", "record", r.Sequence, "error", err)
		}
	}
}
