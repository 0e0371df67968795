package aws

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"time"
)

// Message is one message as a consumer sees it.
type Message struct {
	ID         string
	Receipt    string // valid until the message is received again
	Body       string
	Attributes map[string]MessageAttribute // the sender's own
	Sent       time.Time
	First      time.Time // when it was first received
	Receives   int       // this time included
	Sender     string
}

// MessageAttribute is an attribute that a sender put on a message.
type MessageAttribute struct {
	DataType    string
	StringValue string `json:",omitempty"`
	BinaryValue []byte `json:",omitempty"`
}

// stored is a message on disk, without its body.
type stored struct {
	ID         string
	Attributes map[string]MessageAttribute `json:",omitempty"`
	Sender     string                      `json:",omitempty"`
	Sent       time.Time
	First      time.Time
	Due        time.Time
	Receives   int
}

func (m stored) message(key []byte, body string) Message {
	return Message{
		ID: m.ID, Body: body, Attributes: m.Attributes, Sent: m.Sent, First: m.First,
		Receives: m.Receives, Sender: m.Sender,
		Receipt: fmt.Sprintf("%x.%d", binary.BigEndian.Uint64(key), m.Receives),
	}
}

// SystemAttributes are the message's attributes by SQS's names, as ReceiveMessage
// and Lambda's SQS event have them.
func (m Message) SystemAttributes() map[string]string {
	return map[string]string{
		"ApproximateReceiveCount":          strconv.Itoa(m.Receives),
		"SentTimestamp":                    strconv.FormatInt(m.Sent.UnixMilli(), 10),
		"ApproximateFirstReceiveTimestamp": strconv.FormatInt(m.First.UnixMilli(), 10),
		"SenderId":                         m.Sender,
	}
}

// MD5 is the checksum of the body, as ReceiveMessage and Lambda's SQS event
// have it.
func (m Message) MD5() string { return checksum(m.Body) }
