import {
  createRegistry,
  toBinary,
  type DescExtension,
  type DescFile,
  type DescService,
  type Registry,
} from '@bufbuild/protobuf'
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'
import {
  ServerReflection,
  type ServerReflectionRequest,
  type ServerReflectionResponse,
} from '@chainloop/proto/grpc/reflection/v1/reflection'
import { ServerReflection as ServerReflectionAlpha } from '@chainloop/proto/grpc/reflection/v1alpha/reflection'
import { Code, type ConnectRouter } from '@connectrpc/connect'

type Answer = ServerReflectionResponse['messageResponse']
type Question = ServerReflectionRequest['messageRequest']

/** Lets tools list and call these services without our proto files; both versions, as older tools know only alpha. */
export function registerReflection(
  router: ConnectRouter,
  services: readonly DescService[],
  options: NonNullable<Parameters<ConnectRouter['service']>[2]> = {},
): void {
  const described = [...services, ServerReflection, ServerReflectionAlpha]
  const answer = reflector(described)
  async function* info(
    requests: AsyncIterable<ServerReflectionRequest>,
  ): AsyncIterable<
    Pick<ServerReflectionResponse, 'validHost' | 'originalRequest' | 'messageResponse'>
  > {
    for await (const request of requests) {
      yield {
        validHost: request.host,
        originalRequest: request,
        messageResponse: answer(request.messageRequest),
      }
    }
  }
  router.service(ServerReflection, { serverReflectionInfo: info }, options)
  // The alpha package has the same messages under other names; only their type names differ.
  router.service(ServerReflectionAlpha, { serverReflectionInfo: info as never }, options)
}

function reflector(services: readonly DescService[]): (question: Question) => Answer {
  const files = new Map<string, DescFile>()
  for (const service of services) withImports(service.file, files)
  const registry = createRegistry(...files.values())
  const names = services
    .map(({ typeName }) => ({ name: typeName }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))

  return (question) => {
    switch (question.case) {
      case 'listServices':
        return {
          case: 'listServicesResponse',
          value: { $typeName: 'grpc.reflection.v1.ListServiceResponse', service: names.map(named) },
        }
      case 'fileByFilename':
        return descriptors(files.get(question.value), question.value)
      case 'fileContainingSymbol':
        return descriptors(fileOf(registry, question.value), question.value)
      case 'fileContainingExtension': {
        const { containingType, extensionNumber } = question.value
        const found = extensionsOf(registry, containingType).find(
          ({ number }) => number === extensionNumber,
        )
        return descriptors(found?.file, `${containingType} ${extensionNumber}`)
      }
      case 'allExtensionNumbersOfType':
        return {
          case: 'allExtensionNumbersResponse',
          value: {
            $typeName: 'grpc.reflection.v1.ExtensionNumberResponse',
            baseTypeName: question.value,
            extensionNumber: extensionsOf(registry, question.value).map(({ number }) => number),
          },
        }
      case undefined:
        break
    }
    return failure(Code.InvalidArgument, 'the request asks nothing')
  }
}

function named({ name }: { name: string }): {
  $typeName: 'grpc.reflection.v1.ServiceResponse'
  name: string
} {
  return { $typeName: 'grpc.reflection.v1.ServiceResponse', name }
}

function withImports(file: DescFile, into: Map<string, DescFile>): Map<string, DescFile> {
  if (into.has(file.proto.name)) return into
  into.set(file.proto.name, file)
  for (const dependency of file.dependencies) withImports(dependency, into)
  return into
}

/** Types and services by name; methods and fields by the name of what they belong to. */
function fileOf(registry: Registry, symbol: string): DescFile | undefined {
  return registry.get(symbol)?.file ?? registry.get(symbol.slice(0, symbol.lastIndexOf('.')))?.file
}

function extensionsOf(registry: Registry, typeName: string): DescExtension[] {
  return [...registry].filter(
    (desc): desc is DescExtension =>
      desc.kind === 'extension' && desc.extendee.typeName === typeName,
  )
}

function descriptors(file: DescFile | undefined, asked: string): Answer {
  if (!file) return failure(Code.NotFound, `${asked} not found`)
  const fileDescriptorProto = [...withImports(file, new Map()).values()].map(({ proto }) =>
    toBinary(FileDescriptorProtoSchema, proto),
  )
  return {
    case: 'fileDescriptorResponse',
    value: { $typeName: 'grpc.reflection.v1.FileDescriptorResponse', fileDescriptorProto },
  }
}

/** Reflection's errors are messages, not statuses. */
function failure(errorCode: Code, errorMessage: string): Answer {
  return {
    case: 'errorResponse',
    value: { $typeName: 'grpc.reflection.v1.ErrorResponse', errorCode, errorMessage },
  }
}
