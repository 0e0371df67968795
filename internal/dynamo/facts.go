package dynamo

import (
	"github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/event"
)

// factsItem holds the facts under the names that the indexes project. The scope
// is the attributes account and livemode.
func factsItem(f event.Facts) item {
	it := item{
		"id":       str(f.ID),
		"created":  str(format(f.Created, seconds)),
		"received": str(format(f.Received, millis)),
		"livemode": &ddb.AttributeValueMemberBOOL{Value: f.Livemode},
	}
	it.set("type", f.Type)
	it.set("sent_as", f.SentAs)
	it.set("account", f.Account)
	it.set("api_version", f.APIVersion)
	it.set("endpoint", f.Endpoint)
	it.set("object", f.Object)
	it.set("object_type", f.ObjectType)
	it.set("subject", f.Subject)
	it.set("customer", f.Customer)
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
		ID: r.need("id"), Type: r.str("type"), SentAs: r.str("sent_as"),
		Created: r.time("created", seconds), Received: r.time("received", millis),
		Scope: event.Scope{Account: r.str("account"), Livemode: r.bool("livemode")}, APIVersion: r.str("api_version"),
		Endpoint: r.str("endpoint"), Object: r.str("object"), ObjectType: r.str("object_type"),
		Subject: r.str("subject"), Customer: r.str("customer"),
		Amount: r.int("amount"), Currency: r.str("currency"), Status: r.str("status"),
	}
}

// readStored reads all but the body.
func readStored(r *reader) event.Stored {
	s := readPending(r)
	s.Subscribers, s.Expires, s.Occurrence = r.set("wanted"), r.expires(), r.str("occurrence")
	s.OnBus, s.Erased = s.Pending && r.bool("published"), r.time("erased", millis)
	return s
}

// readPending reads what dispatch needs.
func readPending(r *reader) event.Stored {
	left := r.str("pending")
	return event.Stored{
		Event: event.Event{Facts: readFacts(r)}, Pending: left != "", FetchedAt: r.time("fetched", millis),
		ByFetch: left == pendingFetch || left == pendingFetched, ToFetch: left == pendingFetch,
	}
}

// Image is an item as Lambda hands it over from a table's stream.
type Image = map[string]events.DynamoDBAttributeValue

// FromImage reads a pending event, without its body, from the new image of a stream
// record. An attribute that is missing or of the wrong type is an error that is
// ErrInvalid; it never panics.
func FromImage(image Image) (event.Stored, error) {
	r := &reader{item: item{}}
	for name, v := range image {
		r.item[name] = attribute(v)
	}
	s := readPending(r)
	for _, name := range []string{"type", "created", "pending"} {
		r.need(name)
	}
	return s, r.err
}

// attribute converts the types that facts have. Any other becomes one that no
// fact has, so that reading it fails.
func attribute(v events.DynamoDBAttributeValue) ddb.AttributeValue {
	switch v.DataType() {
	case events.DataTypeString:
		return str(v.String())
	case events.DataTypeNumber:
		return &ddb.AttributeValueMemberN{Value: v.Number()}
	case events.DataTypeBoolean:
		return &ddb.AttributeValueMemberBOOL{Value: v.Boolean()}
	case events.DataTypeStringSet:
		return &ddb.AttributeValueMemberSS{Value: v.StringSet()}
	default:
		return &ddb.AttributeValueMemberNULL{Value: true}
	}
}

// NewImage is the image of a stored event in the stream, as far as Facts reads
// it.
func NewImage(s event.Stored) Image {
	it := factsItem(s.Facts)
	switch {
	case s.Pending && s.ToFetch:
		it["pending"] = str(pendingFetch)
	case s.Pending && s.ByFetch:
		it["pending"] = str(pendingFetched)
	case s.Pending:
		it["pending"] = str(pending)
	}
	it.at("fetched", s.FetchedAt)
	image := Image{}
	for name, value := range it {
		switch v := value.(type) {
		case *ddb.AttributeValueMemberS:
			image[name] = events.NewStringAttribute(v.Value)
		case *ddb.AttributeValueMemberN:
			image[name] = events.NewNumberAttribute(v.Value)
		case *ddb.AttributeValueMemberBOOL:
			image[name] = events.NewBooleanAttribute(v.Value)
		}
	}
	if len(s.Subscribers) > 0 {
		image["wanted"] = events.NewStringSetAttribute(s.Subscribers)
	}
	return image
}
