// Package cost computes what a stack costs at AWS, from AWS's prices, the templates and
// what an event asks of AWS as package count has counted it, and writes infra/COST.md.
package cost

// Region and month of the prices.
const (
	Region = "us-east-1"
	Month  = "June 2026"
)

// Price is what AWS charges for one thing, in US dollars.
type Price struct {
	Item, Unit string
	Per        float64 // how many of it cost Dollars
	Dollars    float64
	Page       string // of AWS's pricing, below aws.amazon.com
}

// of is what so many cost.
func (p *Price) of(n float64) float64 { return n * p.Dollars / p.Per }

const (
	million = 1e6
	gb      = 1 << 30
	// hours of a month, as AWS counts it, its minutes and days.
	hours   = 730.0
	minutes = 60 * hours
	days    = hours / 24
)

// Prices of the first tier each. AWS's free tiers are left out.
var (
	gatewayRequests = &Price{"API Gateway, HTTP API", "requests", million, 1, "api-gateway/pricing"}
	lambdaRequests  = &Price{"Lambda, requests", "requests", million, 0.20, "lambda/pricing"}
	lambdaSeconds   = &Price{"Lambda, arm64", "GB-seconds", million, 13.3334, "lambda/pricing"}
	lambdaSecondsX  = &Price{"Lambda, x86_64", "GB-seconds", million, 16.6667, "lambda/pricing"}
	writeUnits      = &Price{"DynamoDB, on demand, writes", "write units", million, 0.625, "dynamodb/pricing/on-demand"}
	readUnits       = &Price{"DynamoDB, on demand, reads", "read units", million, 0.125, "dynamodb/pricing/on-demand"}
	tableStorage    = &Price{"DynamoDB, storage", "GB-months", 1, 0.25, "dynamodb/pricing/on-demand"}
	tableBackup     = &Price{"DynamoDB, point-in-time recovery", "GB-months of tables", 1, 0.20, "dynamodb/pricing/on-demand"}
	busEntries      = &Price{"EventBridge, custom and partner events", "events of 64 KB", million, 1, "eventbridge/pricing"}
	queueRequests   = &Price{"SQS, standard queues", "requests", million, 0.40, "sqs/pricing"}
	logBytes        = &Price{"CloudWatch Logs, ingestion", "GB", 1, 0.50, "cloudwatch/pricing"}
	logStorage      = &Price{"CloudWatch Logs, storage", "GB-months, compressed", 1, 0.03, "cloudwatch/pricing"}
	customMetrics   = &Price{"CloudWatch, custom metrics", "metrics a month", 1, 0.30, "cloudwatch/pricing"}
	alarmMetrics    = &Price{"CloudWatch, alarms", "metrics that alarms read, a month", 1, 0.10, "cloudwatch/pricing"}
	dashboards      = &Price{"CloudWatch, dashboards", "dashboards a month", 1, 3, "cloudwatch/pricing"}
	secrets         = &Price{"Secrets Manager, secrets", "secrets a month", 1, 0.40, "secrets-manager/pricing"}
	secretRequests  = &Price{"Secrets Manager, requests", "requests", 10000, 0.05, "secrets-manager/pricing"}
	ownKeys         = &Price{"KMS, your own key", "keys a month", 1, 1, "kms/pricing"}
	keyRequests     = &Price{"KMS, requests", "requests", 10000, 0.03, "kms/pricing"}
	traces          = &Price{"X-Ray, traces", "traces", million, 5, "xray/pricing"}
	mails           = &Price{"SES, mails", "mails", 1000, 0.10, "ses/pricing"}
)

// prices lists them as the page does.
var prices = []*Price{
	gatewayRequests, lambdaRequests, lambdaSeconds, lambdaSecondsX, writeUnits, readUnits, tableStorage, tableBackup,
	busEntries, queueRequests, logBytes, logStorage, customMetrics, alarmMetrics, dashboards, secrets, secretRequests,
	ownKeys, keyRequests, traces, mails,
}
