// Package scale computes at how many events a second each limit of AWS, of Stripe and of
// the code is reached, from what infra/cost has counted of an event, the templates and the
// constants of the code, and writes infra/SCALE.md.
package scale

// Read is the month in which the quotas were looked up.
const Read = "November 2026"

// Quota is a limit of AWS or Stripe as an account has it by default.
type Quota struct {
	Name   string
	Value  float64
	Raised string // how it is raised
	Page   string // that says so
}

// How a quota is raised.
const (
	never     = "no"
	onRequest = "on request"
)

const aws = "https://docs.aws.amazon.com/"

// The quotas of us-east-1.
var (
	gatewayRate       = &Quota{"API Gateway, requests a second of an account", 10000, onRequest, aws + "apigateway/latest/developerguide/limits.html"}
	concurrency       = &Quota{"Lambda, invocations at once in an account", 1000, onRequest, aws + "lambda/latest/dg/gettingstarted-limits.html"}
	environmentRate   = &Quota{"Lambda, synchronous invocations a second for each of them", 10, never, aws + "lambda/latest/dg/gettingstarted-limits.html"}
	environmentGrowth = &Quota{"Lambda, more of them for a function in 10 s", 1000, never, aws + "lambda/latest/dg/scaling-behavior.html"}
	pollerGrowth      = &Quota{"Lambda, more batches of a queue at once in a minute", 300, never, aws + "lambda/latest/dg/services-sqs-scaling.html"}
	partitionWrites   = &Quota{"DynamoDB, write units a second of a partition", 1000, never, aws + "amazondynamodb/latest/developerguide/bp-partition-key-design.html"}
	tableWrites       = &Quota{"DynamoDB, write units a second of a table or index, and as many read units", 40000, onRequest, aws + "amazondynamodb/latest/developerguide/ServiceQuotas.html"}
	newTableWrites    = &Quota{"DynamoDB, write units a second of a new table", 4000, "`WarmThroughput`", aws + "amazondynamodb/latest/developerguide/warm-throughput.html"}
	busRequests       = &Quota{"EventBridge, PutEvents a second", 10000, onRequest, aws + "eventbridge/latest/userguide/eb-quota.html"}
	busInvocations    = &Quota{"EventBridge, invocations a second", 18750, onRequest, aws + "eventbridge/latest/userguide/eb-quota.html"}
	partnerEvents     = &Quota{"EventBridge, PutPartnerEvents a second, of Stripe", 1400, "by Stripe", aws + "eventbridge/latest/userguide/eb-quota.html"}
	inFlight          = &Quota{"SQS, messages in flight of a queue", 120000, never, aws + "AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html"}
	secretReads       = &Quota{"Secrets Manager, GetSecretValue a second", 10000, never, aws + "secretsmanager/latest/userguide/reference_limits.html"}
	keyRequests       = &Quota{"KMS, cryptographic operations a second", 100000, onRequest, aws + "general/latest/gr/kms.html"}
	stripeReads       = &Quota{"Stripe, reads a second of an account in live mode", 100, "by Stripe", "https://docs.stripe.com/rate-limits"}
)

// stripePage is how many events Stripe lists at once.
const stripePage = 100

// quotas lists them as the page does.
var quotas = []*Quota{
	gatewayRate, concurrency, environmentRate, environmentGrowth, pollerGrowth, partitionWrites, tableWrites, newTableWrites,
	busRequests, busInvocations, partnerEvents, inFlight, secretReads, keyRequests, stripeReads,
}

// regions are EventBridge's quotas by region, which differ most of all.
var regions = []struct {
	Names                 string
	Invocations, Requests float64
}{
	{"us-east-1, us-west-2, eu-west-1", busInvocations.Value, busRequests.Value},
	{"us-east-2, eu-central-1", 4500, 2400},
	{"us-west-1, ap-northeast-1, ap-southeast-1, ap-southeast-2, eu-west-2", 2250, 1200},
	{"others", 1100, 600},
	{"af-south-1, ap-northeast-3, ap-southeast-3, eu-south-1", 750, 400},
}
