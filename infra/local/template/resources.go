package template

import (
	"strings"
)

// collect adds everything that runs to the stack. A type that the local stack
// does not know is left out: what refers to it fails by itself.
func (s *scope) collect() error {
	for _, id := range s.order {
		r := s.resources[id]
		if run := kinds[r.kind].run; run != nil {
			if err := run(s, r); err != nil {
				return err
			}
		}
	}
	return nil
}

// identity is a resource's name and ARN.
func (s *scope) identity(r *resource) (name, arn string, err error) {
	if name, err = s.physical(r); err != nil {
		return "", "", err
	}
	arn, err = s.arn(r)
	return name, arn, err
}

func (s *scope) api(r *resource) error {
	name, err := s.physical(r)
	if err != nil {
		return err
	}
	o := s.object(r)
	log := o.object("AccessLogSettings")
	_, group, _ := strings.Cut(log.text("DestinationArn"), ":log-group:")
	s.stack.APIs = append(s.stack.APIs, API{ID: name, AccessLog: AccessLog{strings.TrimSuffix(group, ":*"), log.text("Format")}})
	return *o.err
}

func (s *scope) table(r *resource) error {
	name, arn, err := s.identity(r)
	if err != nil {
		return err
	}
	o := s.object(r)
	t := Table{Name: name, ARN: arn, Create: map[string]any{"TableName": name}}
	for _, key := range []string{
		"AttributeDefinitions", "KeySchema", "BillingMode",
		"GlobalSecondaryIndexes", "LocalSecondaryIndexes", "ProvisionedThroughput",
	} {
		if v := o.get(key); v != nil {
			t.Create[key] = v
		}
	}
	if t.View = o.object("StreamSpecification").text("StreamViewType"); t.View != "" {
		t.StreamARN = s.streamARN(name)
	}
	if ttl := o.object("TimeToLiveSpecification"); ttl.flag("Enabled", false) {
		t.TTL = ttl.text("AttributeName")
	}
	s.stack.Tables = append(s.stack.Tables, t)
	return *o.err
}

func (s *scope) queue(r *resource) error {
	name, arn, err := s.identity(r)
	if err != nil {
		return err
	}
	o := s.object(r)
	if o.flag("FifoQueue", false) {
		return s.errorf(r.node, "%s is a FIFO queue, which the local stack does not have; use a standard queue", r.id)
	}
	redrive := o.object("RedrivePolicy")
	s.stack.Queues = append(s.stack.Queues, Queue{
		Name: name, ARN: arn, URL: s.queueURL(name),
		Visibility:      o.seconds("VisibilityTimeout", 30),
		Retention:       o.seconds("MessageRetentionPeriod", 345600),
		Delay:           o.seconds("DelaySeconds", 0),
		DeadLetter:      redrive.text("deadLetterTargetArn"),
		MaxReceiveCount: redrive.number("maxReceiveCount", 0),
	})
	return *o.err
}

func (s *scope) bus(r *resource) error {
	name, arn, err := s.identity(r)
	if err != nil {
		return err
	}
	o := s.object(r)
	source := o.text("EventSourceName")
	switch {
	case *o.err != nil:
		return *o.err
	case source != "" && source != name:
		return s.errorf(r.node, "the bus %s of a partner must have the name of its event source: %s", r.id, source)
	case source == "" && strings.Contains(name, "/"):
		return s.errorf(r.node, "the bus %s has a / in its name, which only a partner's bus may have: set its EventSourceName", r.id)
	}
	s.stack.Buses = append(s.stack.Buses, Bus{Name: name, ARN: arn, Source: source})
	return nil
}

// BusName returns the name in a bus's name or ARN. A partner's has slashes.
func BusName(bus string) string {
	if _, name, ok := strings.Cut(bus, ":event-bus/"); ok {
		return name
	}
	return bus
}

// busOf returns the name of a rule's bus; the property takes a name or an ARN.
func (s *scope) busOf(r *resource) (string, error) {
	o := s.object(r)
	bus := o.text("EventBusName")
	if bus == "" {
		bus = "default"
	}
	return BusName(bus), *o.err
}

func (s *scope) rule(r *resource) error {
	name, arn, err := s.identity(r)
	if err != nil {
		return err
	}
	bus, err := s.busOf(r)
	if err != nil {
		return err
	}
	o := s.object(r)
	if !o.has("EventPattern") && *o.err == nil {
		return s.errorf(r.node, "the rule %s has no EventPattern; for a schedule, give the function an event of type ScheduleV2", r.id)
	}
	rule := Rule{Name: name, ARN: arn, Bus: bus, Pattern: o.json("EventPattern"), Disabled: o.text("State") == "DISABLED"}
	for _, t := range o.objects("Targets") {
		retry := t.object("RetryPolicy")
		rule.Targets = append(rule.Targets, Target{
			ID: t.text("Id"), ARN: t.text("Arn"),
			DeadLetter: t.object("DeadLetterConfig").text("Arn"),
			MaxAge:     retry.seconds("MaximumEventAgeInSeconds", 86400),
			MaxRetries: retry.number("MaximumRetryAttempts", 185),
			Transform:  transform(t),
		})
	}
	s.stack.Rules = append(s.stack.Rules, rule)
	return *o.err
}

// transform reads a target's InputTransformer, nil if it has none.
func transform(target object) *Transform {
	if !target.has("InputTransformer") {
		return nil
	}
	in := target.object("InputTransformer")
	t := &Transform{Paths: map[string]string{}, Template: in.text("InputTemplate")}
	paths := in.object("InputPathsMap")
	for name := range paths.vals {
		t.Paths[name] = paths.text(name)
	}
	return t
}

// mailEvents reads what SES puts on the default bus; other destinations are not served.
func (s *scope) mailEvents(r *resource) error {
	o := s.object(r)
	to := o.object("EventDestination")
	if !to.has("EventBridgeDestination") && *o.err == nil {
		return s.errorf(r.node, "the event destination %s is not an EventBridgeDestination, the only one that the local stack serves", r.id)
	}
	if to.flag("Enabled", false) {
		s.stack.Reports = append(s.stack.Reports, MailReports{Set: o.text("ConfigurationSetName"), Types: to.texts("MatchingEventTypes")})
	}
	return *o.err
}

func (s *scope) secret(r *resource) error {
	name, arn, err := s.identity(r)
	if err != nil {
		return err
	}
	o := s.object(r)
	s.stack.Secrets = append(s.stack.Secrets, Secret{Name: name, ARN: arn, Value: o.text("SecretString")})
	return *o.err
}

func (s *scope) topic(r *resource) error {
	name, arn, err := s.identity(r)
	s.stack.Topics = append(s.stack.Topics, Topic{Name: name, ARN: arn})
	return err
}
