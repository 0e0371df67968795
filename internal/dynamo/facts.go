package dynamo

import (
	"fmt"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/payhooks/payhooks/internal/event"
)

// factsItem holds the facts under the names that the indexes project.
func factsItem(f event.Facts) item {
	it := item{
		"id":       str(f.ID),
		"created":  str(format(f.Created, seconds)),
		"received": str(format(f.Received, millis)),
		"livemode": &types.AttributeValueMemberBOOL{Value: f.Livemode},
	}
	it.set("type", f.Type)
	it.set("account", f.Account)
	it.set("api_version", f.APIVersion)
	it.set("endpoint", f.Endpoint)
	it.set("object", f.Object)
	it.set("object_type", f.ObjectType)
	it.key("subject", f.Subject)
	it.key("customer", f.Customer)
	it.set("currency", f.Currency)
	it.set("status", f.Status)
	if f.Amount != nil {
		it.number("amount", *f.Amount)
	}
	return it
}

// readFacts reads what factsItem wrote; errors stay in r.
func readFacts(r *reader) event.Facts {
	return event.Facts{
		ID: r.need("id"), Type: r.str("type"),
		Created: r.time("created", seconds), Received: r.time("received", millis),
		Livemode: r.bool("livemode"), Account: r.str("account"), APIVersion: r.str("api_version"),
		Endpoint: r.str("endpoint"), Object: r.str("object"), ObjectType: r.str("object_type"),
		Subject: r.str("subject"), Customer: r.str("customer"),
		Amount: r.int("amount"), Currency: r.str("currency"), Status: r.str("status"),
	}
}

// readStored reads all but the body.
func readStored(r *reader) event.Stored {
	s := event.Stored{Event: event.Event{Facts: readFacts(r)}, Subscribers: r.set("wanted"), Expires: r.expires()}
	s.Only = r.str("pending")
	s.Pending = s.Only != ""
	if s.Only == everyone {
		s.Only = ""
	}
	return s
}

// day is the partition of the index by receipt.
func day(received time.Time, shard uint32) string {
	return fmt.Sprintf("%s#%d", format(received, time.DateOnly), shard)
}

// Image is an item as Lambda hands it over from a table's stream.
type Image = map[string]events.DynamoDBAttributeValue

// Facts reads an event and the one action that a replay is for (empty for
// all) from the new image of a stream record. An attribute of the wrong type
// is an error that is ErrInvalid; it never panics.
func Facts(image Image) (f event.Facts, only string, err error) {
	r := &reader{item: item{}}
	for name, v := range image {
		r.item[name] = attribute(v)
	}
	f = readFacts(r)
	r.need("type")
	r.need("created")
	if only = r.need("pending"); only == everyone {
		only = ""
	}
	return f, only, r.err
}

// attribute converts the types that facts have. Any other becomes one that no
// fact has, so that reading it fails.
func attribute(v events.DynamoDBAttributeValue) types.AttributeValue {
	switch v.DataType() {
	case events.DataTypeString:
		return str(v.String())
	case events.DataTypeNumber:
		return &types.AttributeValueMemberN{Value: v.Number()}
	case events.DataTypeBoolean:
		return &types.AttributeValueMemberBOOL{Value: v.Boolean()}
	case events.DataTypeStringSet:
		return &types.AttributeValueMemberSS{Value: v.StringSet()}
	default:
		return &types.AttributeValueMemberNULL{Value: true}
	}
}

// NewImage is the image that the stream has of a stored event, without its
// body: what Facts reads.
func NewImage(s event.Stored) Image {
	it := factsItem(s.Facts)
	if s.Pending {
		it["pending"] = str(everyone)
		it.set("pending", s.Only)
	}
	image := Image{}
	for name, value := range it {
		switch v := value.(type) {
		case *types.AttributeValueMemberS:
			image[name] = events.NewStringAttribute(v.Value)
		case *types.AttributeValueMemberN:
			image[name] = events.NewNumberAttribute(v.Value)
		case *types.AttributeValueMemberBOOL:
			image[name] = events.NewBooleanAttribute(v.Value)
		}
	}
	if len(s.Subscribers) > 0 {
		image["wanted"] = events.NewStringSetAttribute(s.Subscribers)
	}
	return image
}
