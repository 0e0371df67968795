package local

import (
	"encoding/base64"

	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/internal/dynamo"
	"github.com/payhooks/payhooks/internal/rawjson"
)

// recordObjects stores the objects of new events in fake Stripe: the events were
// signed, so Stripe has the objects. It runs before dispatch, as an action may
// read them at once. A record that cannot be decoded is skipped: dispatch reports
// it.
func (s *Stack) recordObjects(batch []aws.Record) {
	for _, r := range batch {
		packed := rawjson.At(r.JSON, "dynamodb", "NewImage", "body", "B")
		image, err := base64.StdEncoding.DecodeString(packed)
		if err != nil {
			continue
		}
		body, err := dynamo.Unpack(image)
		if err == nil {
			err = s.stripe.Record(body)
		}
		if err != nil {
			s.log().Debug("the event holds no object for fake Stripe", "sequence", r.Sequence, "error", err)
		}
	}
}
