// Checks Kubernetes manifests from standard input against the API types that the cluster and the Prometheus operator are
// built from: unknown and repeated fields, names that refer to nothing, and the hardening that every workload of ours has.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	apps "k8s.io/api/apps/v1"
	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/yaml"
)

type workload struct {
	name string
	pod  core.PodTemplateSpec
	// A job ends; everything else is probed.
	runs bool
}

type manifests struct {
	workloads []workload
	services  []*core.Service
	ingresses []*networking.Ingress
	budgets   []*policy.PodDisruptionBudget
	claims    []string
	secrets   []string
	count     int
	problems  []string
}

func main() {
	found := &manifests{}
	if err := found.read(os.Stdin); err != nil {
		found.problem("%v", err)
	}
	found.check()
	for _, problem := range found.problems {
		fmt.Println(problem)
	}
	if len(found.problems) > 0 || found.count == 0 {
		os.Exit(1)
	}
	fmt.Printf("%d manifests are in order\n", found.count)
}

func (m *manifests) problem(format string, args ...any) {
	m.problems = append(m.problems, fmt.Sprintf(format, args...))
}

func (m *manifests) read(input io.Reader) error {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		apps.AddToScheme, batch.AddToScheme, core.AddToScheme, networking.AddToScheme, policy.AddToScheme,
		monitoring.AddToScheme,
	} {
		if err := add(scheme); err != nil {
			return err
		}
	}
	decoder := serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()
	documents := yaml.NewYAMLReader(bufio.NewReader(input))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if asJson, err := yaml.ToJSON(document); err == nil && string(asJson) == "null" {
			continue
		}
		object, kind, err := decoder.Decode(document, nil, nil)
		if err != nil {
			m.problem("%v: %v", kind, err)
			continue
		}
		m.count++
		m.add(object)
	}
}

func (m *manifests) add(object runtime.Object) {
	switch o := object.(type) {
	case *apps.Deployment:
		m.workloads = append(m.workloads, workload{o.Name, o.Spec.Template, true})
		if selector := labels.SelectorFromSet(o.Spec.Selector.MatchLabels); !selector.Matches(labels.Set(o.Spec.Template.Labels)) {
			m.problem("%s: the selector does not match its own pods", o.Name)
		}
	case *batch.Job:
		m.workloads = append(m.workloads, workload{o.Name, o.Spec.Template, false})
	case *core.Service:
		m.services = append(m.services, o)
	case *networking.Ingress:
		m.ingresses = append(m.ingresses, o)
	case *policy.PodDisruptionBudget:
		m.budgets = append(m.budgets, o)
	case *core.PersistentVolumeClaim:
		m.claims = append(m.claims, o.Name)
	case *core.Secret:
		m.secrets = append(m.secrets, o.Name)
	}
}

func (m *manifests) check() {
	for _, w := range m.workloads {
		m.checkPod(w)
		for _, container := range w.pod.Spec.Containers {
			m.checkContainer(w, container)
		}
	}
	for _, service := range m.services {
		m.checkService(service)
	}
	for _, ingress := range m.ingresses {
		m.checkIngress(ingress)
	}
	for _, budget := range m.budgets {
		if m.podsOf(budget.Spec.Selector.MatchLabels) == nil {
			m.problem("%s: no workload has these labels", budget.Name)
		}
	}
}

func isTrue(value *bool) bool  { return value != nil && *value }
func isFalse(value *bool) bool { return value != nil && !*value }

func (m *manifests) checkPod(w workload) {
	spec := w.pod.Spec
	if !isFalse(spec.AutomountServiceAccountToken) {
		m.problem("%s: the service account's token is mounted", w.name)
	}
	security := spec.SecurityContext
	if security == nil || !isTrue(security.RunAsNonRoot) || security.SeccompProfile == nil {
		m.problem("%s: runs as root or without a seccomp profile", w.name)
	}
	for _, volume := range spec.Volumes {
		if claim := volume.PersistentVolumeClaim; claim != nil && !slices.Contains(m.claims, claim.ClaimName) {
			m.problem("%s: volume %s refers to no claim of the chart", w.name, volume.Name)
		}
	}
}

func (m *manifests) checkContainer(w workload, c core.Container) {
	security := c.SecurityContext
	if security == nil || !isTrue(security.ReadOnlyRootFilesystem) || !isFalse(security.AllowPrivilegeEscalation) ||
		security.Capabilities == nil || !slices.Contains(security.Capabilities.Drop, "ALL") {
		m.problem("%s/%s: is not confined", w.name, c.Name)
	}
	if c.Resources.Limits.Memory().IsZero() || c.Resources.Requests.Cpu().IsZero() {
		m.problem("%s/%s: has no memory limit or no CPU request", w.name, c.Name)
	}
	if w.runs && (c.LivenessProbe == nil || c.ReadinessProbe == nil) {
		m.problem("%s/%s: is not probed", w.name, c.Name)
	}
	seen := map[string]bool{}
	for _, variable := range c.Env {
		if seen[variable.Name] {
			m.problem("%s/%s: %s is set twice", w.name, c.Name, variable.Name)
		}
		seen[variable.Name] = true
		if variable.ValueFrom != nil && variable.ValueFrom.SecretKeyRef != nil {
			m.problem("%s/%s: %s is a secret in the environment", w.name, c.Name, variable.Name)
		}
	}
	for _, mount := range c.VolumeMounts {
		if !slices.ContainsFunc(w.pod.Spec.Volumes, func(v core.Volume) bool { return v.Name == mount.Name }) {
			m.problem("%s/%s: mounts the unknown volume %s", w.name, c.Name, mount.Name)
		}
	}
}

func (m *manifests) podsOf(selector map[string]string) *core.PodTemplateSpec {
	for _, w := range m.workloads {
		if w.runs && labels.SelectorFromSet(selector).Matches(labels.Set(w.pod.Labels)) {
			return &w.pod
		}
	}
	return nil
}

func (m *manifests) checkService(service *core.Service) {
	pod := m.podsOf(service.Spec.Selector)
	if pod == nil {
		m.problem("service %s: no workload has these labels", service.Name)
		return
	}
	for _, port := range service.Spec.Ports {
		if !slices.ContainsFunc(pod.Spec.Containers[0].Ports, func(p core.ContainerPort) bool {
			return p.Name == port.TargetPort.String() && p.ContainerPort == port.Port
		}) {
			m.problem("service %s: port %s leads nowhere", service.Name, port.Name)
		}
	}
}

func (m *manifests) checkIngress(ingress *networking.Ingress) {
	for _, rule := range ingress.Spec.Rules {
		for _, path := range rule.HTTP.Paths {
			backend := path.Backend.Service
			if !slices.ContainsFunc(m.services, func(s *core.Service) bool {
				return s.Name == backend.Name && slices.ContainsFunc(s.Spec.Ports, func(p core.ServicePort) bool {
					return p.Name == backend.Port.Name
				})
			}) {
				m.problem("ingress %s: %s:%s is no service of the chart", ingress.Name, backend.Name, backend.Port.Name)
			}
		}
	}
}
