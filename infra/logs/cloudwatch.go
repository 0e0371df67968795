package logs

import (
	"context"

	"github.com/payhooks/payhooks/internal/wire"
)

// Client is what a Reader calls.
type Client interface {
	Groups(ctx context.Context, in GroupsInput) (GroupsPage, error)
	Events(ctx context.Context, in EventsInput) (EventsPage, error)
}

// CloudWatch is CloudWatch Logs, of which two calls are needed: compiling the SDK's client
// of all of them takes as long as compiling the rest of what reads logs. Wire is a client
// of the service "logs".
type CloudWatch struct{ Wire *wire.Client }

// GroupsInput is the request of DescribeLogGroups.
type GroupsInput struct {
	LogGroupNamePrefix string `json:"logGroupNamePrefix"`
	NextToken          string `json:"nextToken,omitempty"`
}

// GroupsPage is what DescribeLogGroups answers.
type GroupsPage struct {
	LogGroups []LogGroup `json:"logGroups"`
	NextToken string     `json:"nextToken"` // empty for the last page
}

// LogGroup is one log group.
type LogGroup struct {
	LogGroupName string `json:"logGroupName"`
}

// EventsInput is the request of FilterLogEvents. Times are in milliseconds; both ends count.
type EventsInput struct {
	LogGroupName  string `json:"logGroupName"`
	FilterPattern string `json:"filterPattern,omitempty"`
	StartTime     int64  `json:"startTime"`
	EndTime       int64  `json:"endTime,omitempty"`
	NextToken     string `json:"nextToken,omitempty"`
}

// EventsPage is what FilterLogEvents answers.
type EventsPage struct {
	Events    []LogEvent `json:"events"`
	NextToken string     `json:"nextToken"` // empty for the last page
}

// LogEvent is one line as it was written.
type LogEvent struct {
	EventID   string `json:"eventId"`
	Timestamp int64  `json:"timestamp"`
	Message   string `json:"message"`
}

// Groups implements Client.
func (c CloudWatch) Groups(ctx context.Context, in GroupsInput) (out GroupsPage, err error) {
	err = c.Wire.JSON(ctx, "Logs_20140328.DescribeLogGroups", in, &out)
	return out, err
}

// Events implements Client.
func (c CloudWatch) Events(ctx context.Context, in EventsInput) (out EventsPage, err error) {
	err = c.Wire.JSON(ctx, "Logs_20140328.FilterLogEvents", in, &out)
	return out, err
}
