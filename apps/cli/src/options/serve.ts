import { type Command, Option } from 'commander';
import { collateralOptions } from './serve-collateral.ts';
import { verifierOptions } from './serve-verifier.ts';
import { metricsOptions, runOptions, SERVICE_CODES } from './service.ts';
import { exitCodes, type Stage } from './shared.ts';

/** Declares `assay serve`. */
export function serveCommand(program: Command, stage: Stage): void {
  const serve = program
    .command('serve')
    .summary('serve evidence of this machine, or parts of a guest agent, over HTTP')
    .description(
      'Serves until interrupted. Without a service it serves the attester: assay serve --port 8080. Each service has options of its own: assay serve attester --help lists them.',
    )
    .enablePositionalOptions();
  attesterOptions(serve, stage);
  verifierOptions(serve, stage);
  collateralOptions(serve, stage);
  brokerOptions(serve, stage);
}

function attesterOptions(serve: Command, { io, answer }: Stage): void {
  const command = serve
    .command('attester', { isDefault: true })
    .summary('evidence of this machine: /, /info, /attestation, /health, /ready (the default)')
    .description(
      'Serves evidence: fresh, for who brings a nonce; bound to /info, for who does not. Outside of a TEE it serves, and says what it looked for. Each option is a variable (ASSAY_PORT) and a key of the file (port), too.',
    )
    .optionsGroup('Where:')
    .option('--host <address>', 'the address it listens at; 0.0.0.0 if left out')
    .option('--port <n>', 'its port; 8080 if left out, 0 takes any that is free');
  metricsOptions(command)
    .optionsGroup('What it says of itself:')
    .option('--name <text>', 'its name; assay if left out')
    .option('--version <text>', 'its version; that of assay if left out')
    .option('--build-info <text>', 'how it was built; null if left out')
    .optionsGroup('Evidence:')
    .option('--from <attester>', 'gramine, confidential-space, dstack, proxy or tsm; the first that works if left out')
    .option(
      '--url <address>',
      'the address that others reach it by: tokens are for it, a self-made certificate has its name; http://localhost:PORT if left out',
    )
    .option(
      '--audiences <who...>',
      'whom evidence may be for, and nobody else; if left out anybody, and of tokens the address alone',
    )
    .option('--collateral-from <url>', 'a PCS, PCCS or KDS: its endorsements go with fresh evidence')
    .optionsGroup('Confidential Space:')
    .option('--public-token', 'show the token to who brings no nonce, too')
    .option('--show-env', "show the container's environment; the token itself always has it")
    .optionsGroup('TLS:')
    .option('--tls-certificate <pem>', 'the certificate with its chain')
    .option('--tls-key-file <pem>', 'its private key')
    .addOption(
      new Option(
        '--tls <how>',
        'self-made: a key of this start, and a certificate that carries evidence of it',
      ).choices(['self-made']),
    );
  runOptions(command)
    .addHelpText('after', exitCodes({ ...SERVICE_CODES, 3: 'no evidence for a self-made certificate' }))
    .action(async (options) => {
      const [{ serveAttester }, { stopSignal, exitAfter }] = await Promise.all([
        import('../commands/serve.ts'),
        import('../stop.ts'),
      ]);
      answer(await serveAttester(options, io, exitAfter(stopSignal())));
    });
}

function brokerOptions(serve: Command, { io, answer }: Stage): void {
  const command = serve
    .command('broker')
    .summary('an allow-list in front of a dstack guest agent: quotes, never keys')
    .description(
      'Lets only some methods of a dstack guest agent through. Who reaches it chooses report data freely: give it only to containers whose words may count as the app’s.',
    )
    .optionsGroup('Where:')
    .option('--socket <path>', 'its Unix socket; /run/dstack-broker.sock if left out')
    .option('--port <n>', 'a port instead; 0 takes any that is free')
    .option('--host <address>', 'the address of the port; 127.0.0.1 if left out');
  metricsOptions(command)
    .optionsGroup('The guest agent:')
    .option('--upstream <endpoint>', 'its socket or address; /var/run/dstack.sock if left out')
    .option(
      '--allow <method...>',
      'what gets through; Attest, GetQuote, Info, RawQuote, TdxQuote, Version if left out',
    );
  runOptions(command)
    .addHelpText('after', exitCodes(SERVICE_CODES))
    .action(async (options) => {
      const [{ serveBroker }, { stopSignal, exitAfter }] = await Promise.all([
        import('../commands/serve.ts'),
        import('../stop.ts'),
      ]);
      answer(await serveBroker(options, io, exitAfter(stopSignal())));
    });
}
