// Package template reads template.yaml and its nested templates and resolves
// them into what the local stack runs. It knows CloudFormation, not payhooks.
package template

import "time"

// Stack is a template with every reference resolved. ARNs are complete.
type Stack struct {
	Name, Region, Account string

	Functions []Function
	Tables    []Table
	Queues    []Queue
	Buses     []Bus
	Rules     []Rule
	Reports   []MailReports
	Roles     map[string]Role // by ARN
	Secrets   []Secret
	Topics    []Topic
	APIs      []API
	Routes    []Route
	Streams   []StreamSource
	Pollers   []QueueSource
	Schedules []Schedule
	Invokes   []InvokeConfig
}

// Function is one Lambda function.
type Function struct {
	LogicalID string
	Name, ARN string
	Dir       string // CodeUri, absolute
	Role      string // ARN
	Env       map[string]string
	Timeout   time.Duration
	MemoryMB  int
	// Concurrency is the reserved concurrency; 0 means none is reserved.
	Concurrency int
	Handler     string
	Logging     Logging
}

// Logging is a function's LoggingConfig with Lambda's defaults filled in.
type Logging struct {
	Group  string // name of the log group
	Format string // JSON or Text
	Level  string // ApplicationLogLevel; empty when Format is Text
}

// Table is one DynamoDB table; Create is the CreateTable request body.
type Table struct {
	Name, ARN string
	StreamARN string // empty without a stream
	View      string // NEW_IMAGE, …
	TTL       string // attribute, empty without TTL
	Create    map[string]any
}

// Queue is one SQS queue.
type Queue struct {
	Name, ARN, URL  string
	Visibility      time.Duration
	Retention       time.Duration
	Delay           time.Duration
	DeadLetter      string // ARN, empty without one
	MaxReceiveCount int
	Policy          *Policy // resource policy, nil without one
}

// Bus is one event bus. Source is the partner event source that alone puts events on
// it; empty for the stack's own.
type Bus struct{ Name, ARN, Source string }

// Rule sends the events of a bus that match Pattern to its targets.
type Rule struct {
	Name, ARN, Bus string // Bus is the name
	Pattern        string // JSON, as ListRules returns it
	Targets        []Target
	Disabled       bool // it is listed, and delivers nothing
}

// Target of a rule.
type Target struct {
	ID, ARN    string
	DeadLetter string // ARN of a queue
	MaxAge     time.Duration
	MaxRetries int
	Transform  *Transform // what the target gets instead of the event; nil for the event
}

// Transform is an InputTransformer: the template with <name> for what is at a path of the event.
type Transform struct {
	Paths    map[string]string
	Template string
}

// MailReports are the types of events about mails of a configuration set of SES that are put on
// the default bus.
type MailReports struct {
	Set   string
	Types []string
}

// Role is an IAM role with its inline policies.
type Role struct {
	Name, ARN string
	Nested    string // logical id of the nested stack that it is in; empty for the root's
	Policies  []Policy
}

// Policy is a policy document.
type Policy struct{ Statements []Statement }

// Statement is one statement of a policy document.
type Statement struct {
	Effect     string
	Actions    []string
	Resources  []string
	Principals []string                       // resource policies only, as in "events.amazonaws.com"
	Conditions map[string]map[string][]string // operator, key, values
}

// Secret of Secrets Manager. Value is empty when the template gives none.
type Secret struct{ Name, ARN, Value string }

// Topic of SNS.
type Topic struct{ Name, ARN string }

// API is an HTTP API; the local gateway serves all of them on one port.
type API struct {
	ID        string
	AccessLog AccessLog
}

// AccessLog is where an API writes a line about each request. Without a Group it writes
// none. Format has variables: $context.requestId.
type AccessLog struct{ Group, Format string }

// Route of an HTTP API: method ANY or one of HTTP's, path with {params}.
type Route struct {
	Method, Path string
	Function     string // logical id
}

// StreamSource is a DynamoDB event source mapping.
type StreamSource struct {
	Function     string // logical id
	Stream       string // ARN
	BatchSize    int
	Window       time.Duration
	Filters      []string // event patterns, JSON; none matches all
	MaxRetries   int      // -1 is without end
	MaxAge       time.Duration
	Bisect       bool
	PartialBatch bool // ReportBatchItemFailures
	Parallel     int
	OnFailure    string // ARN of a queue
}

// QueueSource is an SQS event source mapping.
type QueueSource struct {
	Function       string   // logical id
	Queue          string   // ARN
	Filters        []string // event patterns, JSON; none matches all
	BatchSize      int
	Window         time.Duration
	MaxConcurrency int
	PartialBatch   bool
	Disabled       bool // it is listed, and receives nothing
}

// Schedule invokes a function on a rate or cron expression.
type Schedule struct {
	Name, Function string // logical id
	Expression     string
	Input          string // JSON
}

// InvokeConfig is a function's asynchronous invocation config.
type InvokeConfig struct {
	Function   string // logical id
	MaxRetries int
	OnFailure  string
}
