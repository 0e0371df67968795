package template

import (
	"fmt"
	"slices"
	"strings"
)

// attachment is a policy that names its roles or queues, which may be declared
// after it.
type attachment struct {
	roles  []string // role names
	queues []string // queue URLs
	policy Policy
	where  string
}

// attach puts the policies on what they name, once everything is known.
func (l *loader) attach() error {
	for _, a := range l.policies {
		for _, name := range a.roles {
			if !l.attachRole(name, a.policy) {
				return fmt.Errorf("%s names the role %s, which the template does not have", a.where, name)
			}
		}
		for _, url := range a.queues {
			i := slices.IndexFunc(l.stack.Queues, func(q Queue) bool { return q.URL == url })
			if i < 0 {
				return fmt.Errorf("%s names the queue %s, which the template does not have; use !Ref of the queue", a.where, url)
			}
			q := &l.stack.Queues[i]
			if q.Policy == nil {
				q.Policy = &Policy{}
			}
			q.Policy.Statements = append(q.Policy.Statements, a.policy.Statements...)
		}
	}
	return nil
}

func (l *loader) attachRole(name string, p Policy) bool {
	for arn, r := range l.stack.Roles {
		if r.Name == name {
			r.Policies = append(r.Policies, p)
			l.stack.Roles[arn] = r
			return true
		}
	}
	return false
}

func (s *scope) role(r *resource) error {
	name, arn, err := s.identity(r)
	if err != nil {
		return err
	}
	o := s.object(r)
	role := Role{Name: name, ARN: arn, Nested: strings.TrimPrefix(strings.TrimPrefix(s.name, s.opts.Name), "-")}
	for _, p := range o.objects("Policies") {
		role.Policies = append(role.Policies, p.document("PolicyDocument"))
	}
	for _, managed := range o.texts("ManagedPolicyArns") {
		p, err := s.managed(r, managed)
		if err != nil {
			return err
		}
		role.Policies = append(role.Policies, p)
	}
	s.stack.Roles[arn] = role
	return *o.err
}

// managed knows the one AWS policy that grants nothing but logging.
func (s *scope) managed(r *resource, arn string) (Policy, error) {
	if !strings.HasSuffix(arn, "/AWSLambdaBasicExecutionRole") {
		return Policy{}, s.errorf(r.node, "%s attaches %s, which the local stack cannot enforce; write its statements as an inline policy", r.id, arn)
	}
	return Policy{Statements: []Statement{{
		Effect:    "Allow",
		Actions:   []string{"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"},
		Resources: []string{"*"},
	}}}, nil
}

func (s *scope) policy(r *resource) error {
	o := s.object(r)
	s.policies = append(s.policies, attachment{
		roles: o.texts("Roles"), policy: o.document("PolicyDocument"), where: s.place(r),
	})
	return *o.err
}

func (s *scope) queuePolicy(r *resource) error {
	o := s.object(r)
	s.policies = append(s.policies, attachment{
		queues: o.texts("Queues"), policy: o.document("PolicyDocument"), where: s.place(r),
	})
	return *o.err
}

// document reads a policy document.
func (o object) document(key string) Policy {
	var p Policy
	for _, st := range o.object(key).objects("Statement") {
		p.Statements = append(p.Statements, st.statement())
	}
	return p
}

func (o object) statement() Statement {
	st := Statement{
		Effect: o.text("Effect"), Actions: o.texts("Action"), Resources: o.texts("Resource"),
		Principals: o.principals(),
	}
	for _, unread := range []string{"NotAction", "NotResource", "NotPrincipal"} {
		if o.has(unread) {
			o.fail(o.s.errorf(o.at, "a policy statement uses %s, which the local stack does not enforce; list what is allowed instead", unread))
		}
	}
	conditions := o.object("Condition")
	for op := range conditions.vals {
		if st.Conditions == nil {
			st.Conditions = map[string]map[string][]string{}
		}
		st.Conditions[op] = map[string][]string{}
		keys := conditions.object(op)
		for k := range keys.vals {
			st.Conditions[op][k] = keys.texts(k)
		}
	}
	return st
}

// principals flattens {Service: a}, {AWS: [b]} and "*".
func (o object) principals() []string {
	if _, ok := o.get("Principal").(string); ok {
		return o.texts("Principal")
	}
	var out []string
	p := o.object("Principal")
	for _, k := range known(p.vals) {
		out = append(out, p.texts(k)...)
	}
	return out
}
