package calls

import (
	"context"
	"time"
)

// States of an alarm.
const (
	AlarmOK = "OK"
	AlarmOn = "ALARM"
)

func (c *Client) alarms(ctx context.Context, operation string, in, out any) error {
	return c.cloudwatch.JSON(ctx, "GraniteServiceVersion20100801."+operation, in, out)
}

// Alarm is an alarm of a metric.
type Alarm struct {
	StateValue     string
	ActionsEnabled bool
}

// DescribeAlarms returns the alarm of that name, if there is one.
func (c *Client) DescribeAlarms(ctx context.Context, name string) ([]Alarm, error) {
	var out struct{ MetricAlarms []Alarm }
	err := c.alarms(ctx, "DescribeAlarms", struct{ AlarmNames []string }{[]string{name}}, &out)
	return out.MetricAlarms, err
}

// SetAlarmState sets an alarm until CloudWatch's next look.
func (c *Client) SetAlarmState(ctx context.Context, name, state, reason string) error {
	return c.alarms(ctx, "SetAlarmState", struct{ AlarmName, StateValue, StateReason string }{name, state, reason}, &struct{}{})
}

// AlarmAction is what an alarm did.
type AlarmAction struct {
	Timestamp      float64 // seconds
	HistoryData    string  // JSON
	HistorySummary string
}

// At is when.
func (a AlarmAction) At() time.Time { return time.UnixMilli(int64(a.Timestamp * 1000)).UTC() }

// DescribeAlarmHistory returns the newest action of an alarm, if there is one.
func (c *Client) DescribeAlarmHistory(ctx context.Context, name string) ([]AlarmAction, error) {
	in := struct {
		AlarmName, HistoryItemType, ScanBy string
		MaxRecords                         int
	}{name, "Action", "TimestampDescending", 1}
	var out struct{ AlarmHistoryItems []AlarmAction }
	err := c.alarms(ctx, "DescribeAlarmHistory", in, &out)
	return out.AlarmHistoryItems, err
}
